import { ownedId, parseAnyId, selfId, type Uuid } from '../../../platform/ids/id.ts'
import { ID_KINDS } from '../../../platform/ids/kinds.ts'
import type { Thing, Things } from '../../stage/things.ts'

/** Whose scope an id is made to claim. */
export interface Claimed {
  readonly organization: Uuid
  readonly project: Uuid
  readonly user: Uuid
}

const forgedKey = (key: string, claimed: Claimed): string => {
  const parsed = parseAnyId(key)
  if (!parsed.ok) return key
  const { prefix, local, scope } = parsed.value
  const kind = ID_KINDS[prefix]
  if (kind === 'platform') return key
  if (kind === 'self') {
    const own = new Map<string, Uuid>([
      ['org', claimed.organization],
      ['prj', claimed.project],
      ['usr', claimed.user],
    ]).get(prefix)
    return own === undefined ? key : selfId(prefix, own).text
  }
  // The organization's one account is named by the organization twice.
  return ownedId(prefix, claimed[kind], local === scope ? claimed[kind] : local).text
}

/** The same things, as if they were at home where the attacker is: right prefix, own scope, somebody else's row. */
export const forgedThings = (things: Things, claimed: Claimed): Things =>
  new Map([...things].map(([type, thing]): [string, Thing] => [type, { ...thing, key: forgedKey(thing.key, claimed) }]))
