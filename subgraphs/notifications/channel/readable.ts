import type { Grants } from '../../../platform/access/grants.ts'
import { decide } from '../../../platform/access/decide.ts'
import type { Principal } from '../../../platform/access/principal.ts'
import type { SelfScope } from '../../../platform/access/scope.ts'
import { isUuid, type Uuid } from '../../../platform/ids/id.ts'
import { BROADCAST, type Channel } from './model.ts'

/** A channel that somebody may read. */
export interface ReadableChannel extends Channel {
  /** What was told before is not for this reader; undefined: everything is, where the source of grants cannot tell. */
  readonly since: Date | undefined
}

/** The organizations whose members' notices the caller may read now: a suspended one tells nobody. */
export const memberOf = (principal: Principal, grants: Grants): readonly Uuid[] =>
  [...grants.organizations.keys()].filter(isUuid).filter((organizationId) => {
    const requirement = { kind: 'organization', capability: 'ORGANIZATION_READ', organizationId } as const
    return decide(principal, grants, requirement).allowed
  })

/** The channels of a user: their own, one for each of these organizations, and everybody's. */
export const readableChannels = (
  userId: Uuid,
  organizations: readonly Uuid[],
  grants: Grants,
): readonly ReadableChannel[] => [
  { kind: 'USER', id: userId, since: undefined },
  ...organizations.map((id): ReadableChannel => ({
    kind: 'ORGANIZATION',
    id,
    since: grants.organizations.get(id)?.since,
  })),
  { ...BROADCAST, since: undefined },
]

/** Of these channels, those of the scope: the user's own, its organizations', and everybody's. */
export const channelsWithin = <C extends Pick<Channel, 'id'>>(
  { userId, organizationIds = [] }: SelfScope,
  channels: readonly C[],
): readonly C[] => {
  const own = new Set([userId, BROADCAST.id, ...organizationIds])
  return channels.filter(({ id }) => own.has(id))
}

const NIL = '00000000-0000-0000-0000-000000000000'

/** The smallest UUIDv7 of a channel that its reader may see (RFC 9562 section 5.7: milliseconds first). */
export const floorOf = ({ since }: ReadableChannel): string => {
  return since === undefined ? NIL : smallestIdAt(since)
}

/** The smallest UUIDv7 of a moment. */
export const smallestIdAt = (moment: Date): string => {
  const hex = moment.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`
}
