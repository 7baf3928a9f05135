import type { UserId, Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'

export const MEMBER_ROLES = ['owner', 'developer', 'viewer', 'billing'] as const

export type MemberRole = (typeof MEMBER_ROLES)[number]

/** A user as the other members of an organization or project see them. */
export interface Member {
  readonly userId: UserId
  readonly displayName: string
  readonly email: string
  readonly role: MemberRole
  readonly since: Date
}

/** A user that somebody named in full, before they are a member. */
export interface NamedUser {
  readonly id: Uuid
  /** As their tokens name them. */
  readonly subject: string
  readonly displayName: string
  readonly email: string
}

/** A membership that has not ended. */
export interface ActiveMembership {
  readonly id: Uuid
  readonly role: MemberRole
  /** When the user became a member of the organization, in whatever role; undefined in a project. */
  readonly memberSince?: Date
  readonly user: NamedUser
}

/** Who gives, changes or takes a role: what they may do themselves in the same scope, and what roles mean. */
export interface RoleGiver {
  readonly held: (capability: string) => boolean
  readonly capabilitiesOf: (role: MemberRole) => ReadonlySet<string>
}

/** A role cannot be given, nor taken, by somebody who lacks what it grants. */
export const mayHandle = ({ held, capabilitiesOf }: RoleGiver, role: MemberRole): boolean =>
  [...capabilitiesOf(role)].every(held)

/** The one way in which a user is named: an address in lower case, or the local part of an id. */
export const nameOfUser = (
  email: string | null | undefined,
  userId: UserId | undefined,
): Result<string, 'USER_REQUIRED'> => {
  const address = email?.trim().toLowerCase()
  if (address === undefined) return userId === undefined ? err('USER_REQUIRED') : ok(userId.local)
  return userId === undefined && address.includes('@') ? ok(address) : err('USER_REQUIRED')
}

export type AddMemberRefusal = 'USER_REQUIRED' | 'USER_NOT_FOUND' | 'ALREADY_MEMBER' | 'ROLE_NOT_GRANTABLE'
export type ChangeMemberRoleRefusal = 'NOT_A_MEMBER' | 'ROLE_UNCHANGED' | 'ROLE_NOT_GRANTABLE' | 'LAST_OWNER'
export type RemoveMemberRefusal = 'NOT_A_MEMBER' | 'ROLE_NOT_GRANTABLE' | 'LAST_OWNER'
