import { readFile } from 'node:fs/promises'
import { DEMO_USERS, findDemoUser } from '../../identity/demo-users.ts'
import { createAccess, type Access } from '../../platform/access/access.ts'
import type { Grants } from '../../platform/access/grants.ts'
import { grantsOfStranger, parseGrants } from '../../platform/access/grants-file.ts'
import { plainOrCarryingIds } from '../../platform/access/plain-ids.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { ownedId } from '../../platform/ids/id.ts'
import { serviceAccounts } from '../../server/demo/service-accounts.ts'

/** Signed in now, with a second factor: what is left to decide is what the caller may do. */
const user = (subject: string): Principal => ({
  ...{ kind: 'user', subject, sessionId: undefined, authenticatedAt: new Date(), assurance: 'multi' },
})

/** Whom `--as` names: a demo user, a demo service account, or `anonymous`. Throws with the list of them. */
export const principalNamed = (name: string): Principal => {
  if (name === 'anonymous') return ANONYMOUS
  const person = findDemoUser(name)
  if (person) return user(person.subject)
  const account = serviceAccounts.find((of) => of.name === name)
  if (account) {
    const { project, id, keyId, capabilities } = account
    return {
      kind: 'service-account',
      serviceAccountId: ownedId('sva', project.id, id).text,
      apiKeyId: ownedId('key', project.id, keyId).text,
      capabilities,
    }
  }
  const known = ['anonymous', ...DEMO_USERS.map(({ email }) => email), ...serviceAccounts.map((of) => of.name)]
  throw new Error(`There is no principal ${name}. Known:\n  ${known.join('\n  ')}`)
}

/** What a principal may do, by wherever grants come from. */
export const accessOf = async (
  principal: Principal,
  load: (principal: Principal) => Promise<Grants>,
): Promise<Access> => createAccess({ principal, grants: await load(principal), reload: load })

/** A subject of any graph, with what a grants file gives it, as the general gateway reads it. */
export const accessByFile = async (file: string, subject: string | undefined): Promise<Access> => {
  const known = parseGrants(await readFile(file, 'utf8'))
  const principal = subject === undefined ? ANONYMOUS : user(subject)
  const grants = known.get(subject ?? '') ?? grantsOfStranger(subject ?? '')
  return createAccess({ principal, grants, reload: () => Promise.resolve(grants), ids: plainOrCarryingIds })
}
