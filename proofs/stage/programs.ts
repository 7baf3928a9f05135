import type { Client } from 'pg'
import { TARGET } from './arrangement.ts'
import { NOBODY, type CallerKind, type SentCaller } from './callers.ts'
import { HELD_BY_PROGRAM } from '../model/holdings.ts'
import { CAPABILITIES, type Capability } from '../../directives/capabilities.ts'
import { projectScope } from '../../platform/access/scope.ts'
import { parseId } from '../../platform/ids/id.ts'
import { planning, telescope, vision } from '../../server/demo/tenants.ts'
import { worldAccount } from '../../test/testkit/world-account.ts'

/** How a key stands: what is bad about it, if anything. */
type Standing = 'live' | 'revoked' | 'expired'

interface Program {
  readonly kind: CallerKind
  readonly name: string
  readonly project: typeof vision
  readonly standing: Standing
}

const PROGRAMS: readonly Program[] = [
  { kind: 'allowed', name: 'a key of the project', project: vision, standing: 'live' },
  { kind: 'revoked key', name: 'a revoked key of the project', project: vision, standing: 'revoked' },
  { kind: 'expired key', name: 'an expired key of the project', project: vision, standing: 'expired' },
  { kind: 'foreign key', name: 'a key of another organization', project: telescope, standing: 'live' },
  {
    kind: 'service account of another project',
    name: 'a key of the neighbouring project',
    project: planning,
    standing: 'live',
  },
]

const END: Readonly<Record<Standing, string | undefined>> = {
  live: undefined,
  revoked: 'update iam.api_keys set revoked_at = now() where id = $1',
  expired: `update iam.api_keys set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where id = $1`,
}

const isCapability = (name: string): name is Capability => Object.hasOwn(CAPABILITIES, name)

/** Makes a service account with a key for each kind of program, all with the most that a key can hold. */
export const arrangePrograms = async (owner: Client): Promise<readonly SentCaller[]> => {
  const chosen = HELD_BY_PROGRAM.filter(isCapability)
  const callers: SentCaller[] = []
  for (const { kind, name, project, standing } of PROGRAMS) {
    const { organization, department } = project
    const scope = projectScope(organization.id, project.id)
    const { account, statements } = worldAccount(scope, department.id, `proof: ${name}`, chosen)
    for (const [sql, values] of statements) await owner.query(sql, [...values])
    const keyId = parseId('key', account.principal.apiKeyId)
    const end = END[standing]
    if (keyId.ok && end !== undefined) await owner.query(end, [keyId.value.local])
    const membership = {
      ...{ organization: organization.id, project: project.id, capabilities: HELD_BY_PROGRAM, isSuspended: false },
    }
    callers.push({
      ...{ kind, name },
      credential: { kind: 'key', text: account.key, principal: account.principal, isGood: standing === 'live' },
      caller: {
        ...NOBODY,
        kind: 'program',
        memberships: standing === 'live' ? [membership] : [],
        chosen: HELD_BY_PROGRAM,
      },
    })
  }
  // The things that everybody asks for are of an account that nobody calls as: it may be suspended and deleted.
  const { organization, project } = TARGET
  const spare = worldAccount(projectScope(organization.id, project.id), project.department.id, 'proof: 0 spare', [
    'PROJECT_READ',
  ])
  for (const [sql, values] of spare.statements) await owner.query(sql, [...values])
  return callers
}
