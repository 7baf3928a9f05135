import type { UserId } from '../../../platform/ids/id.ts'

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
