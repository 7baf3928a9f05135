import type { AuditTrail } from '../../../platform/database/unit-of-work.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import {
  mayHandle,
  type ActiveMembership,
  type AddMemberRefusal,
  type ChangeMemberRoleRefusal,
  type Member,
  type MemberRole,
  type NamedUser,
  type RemoveMemberRefusal,
  type RoleGiver,
} from './model.ts'

/** The memberships of one scope, whether of an organization or of a project. */
export interface Memberships {
  readonly find: (userId: Uuid) => Promise<ActiveMembership | undefined>
  readonly insert: (membership: {
    readonly id: Uuid
    readonly userId: Uuid
    readonly role: MemberRole
    readonly createdAt: Date
  }) => Promise<boolean>
  readonly end: (id: Uuid, at: Date) => Promise<boolean>
}

/** What a change of memberships works with. */
export interface MembershipChange {
  readonly memberships: Memberships
  readonly audit: AuditTrail
  readonly giver: RoleGiver
  readonly ids: IdGenerator
  readonly now: Date
}

/** A member that changed, and the subject whose grants every process must read again. */
export interface ChangedMember {
  readonly member: Member
  readonly subject: string
}

const memberOf = ({ id, email, displayName }: NamedUser, role: MemberRole, since: Date): Member => ({
  userId: selfId('usr', id),
  email,
  displayName,
  role,
  since,
})

export const addMembership = async (
  { memberships, audit, giver, ids, now }: MembershipChange,
  { action, user, role }: { readonly action: string; readonly user: NamedUser; readonly role: MemberRole },
): Promise<Result<ChangedMember, AddMemberRefusal>> => {
  if (!mayHandle(giver, role)) return err('ROLE_NOT_GRANTABLE')
  if (!(await memberships.insert({ id: ids.next(), userId: user.id, role, createdAt: now })))
    return err('ALREADY_MEMBER')
  audit.succeeded(action, selfId('usr', user.id).text, { role })
  return ok({ member: memberOf(user, role, now), subject: user.subject })
}

/** Another role is another membership: who had which role when stays to be seen. */
export const changeMembership = async (
  { memberships, audit, giver, ids, now }: MembershipChange,
  { action, held, role }: { readonly action: string; readonly held: ActiveMembership; readonly role: MemberRole },
): Promise<Result<ChangedMember, ChangeMemberRoleRefusal>> => {
  const { user } = held
  if (held.role === role) return err('ROLE_UNCHANGED')
  if (!mayHandle(giver, held.role) || !mayHandle(giver, role)) return err('ROLE_NOT_GRANTABLE')
  if (!(await memberships.end(held.id, now))) return err('NOT_A_MEMBER')
  if (!(await memberships.insert({ id: ids.next(), userId: user.id, role, createdAt: now }))) return err('NOT_A_MEMBER')
  audit.succeeded(action, selfId('usr', user.id).text, { from: held.role, to: role })
  return ok({ member: memberOf(user, role, now), subject: user.subject })
}

export const endMembership = async (
  { memberships, audit, giver, now }: MembershipChange,
  { action, held }: { readonly action: string; readonly held: ActiveMembership },
): Promise<Result<ChangedMember, RemoveMemberRefusal>> => {
  if (!mayHandle(giver, held.role)) return err('ROLE_NOT_GRANTABLE')
  if (!(await memberships.end(held.id, now))) return err('NOT_A_MEMBER')
  audit.succeeded(action, selfId('usr', held.user.id).text, { role: held.role })
  return ok({ member: memberOf(held.user, held.role, now), subject: held.user.subject })
}
