import type { OrganizationScope, ProjectScope } from '../../../platform/access/scope.ts'
import type { AuditTrail, Outbox } from '../../../platform/database/unit-of-work.ts'
import { memberAdded, memberRemoved, memberRoleChanged } from '../../../platform/events/catalogue.ts'
import type { EventOwner } from '../../../platform/events/envelope.ts'
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
    readonly memberSince?: Date | undefined
  }) => Promise<boolean>
  readonly end: (id: Uuid, at: Date) => Promise<boolean>
}

/** What a change of memberships works with. */
export interface MembershipChange {
  readonly memberships: Memberships
  readonly audit: AuditTrail
  readonly outbox: Outbox
  /** Where: an organization, or a project of it. */
  readonly scope: OrganizationScope | ProjectScope
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

const ownerOf = (scope: OrganizationScope | ProjectScope, { id }: NamedUser): EventOwner => ({
  organizationId: scope.organizationId,
  ...(scope.kind === 'project' && { projectId: scope.projectId }),
  userId: id,
})

export const addMembership = async (
  { memberships, audit, outbox, scope, giver, ids, now }: MembershipChange,
  { action, user, role }: { readonly action: string; readonly user: NamedUser; readonly role: MemberRole },
): Promise<Result<ChangedMember, AddMemberRefusal>> => {
  if (!mayHandle(giver, role)) return err('ROLE_NOT_GRANTABLE')
  if (!(await memberships.insert({ id: ids.next(), userId: user.id, role, createdAt: now })))
    return err('ALREADY_MEMBER')
  audit.succeeded(action, selfId('usr', user.id).text, { role })
  outbox.add(memberAdded.create(ownerOf(scope, user), { role }))
  return ok({ member: memberOf(user, role, now), subject: user.subject })
}

/** Another role is another membership: who had which role when stays to be seen. */
export const changeMembership = async (
  { memberships, audit, outbox, scope, giver, ids, now }: MembershipChange,
  { action, held, role }: { readonly action: string; readonly held: ActiveMembership; readonly role: MemberRole },
): Promise<Result<ChangedMember, ChangeMemberRoleRefusal>> => {
  const { user, memberSince } = held
  if (held.role === role) return err('ROLE_UNCHANGED')
  if (!mayHandle(giver, held.role) || !mayHandle(giver, role)) return err('ROLE_NOT_GRANTABLE')
  if (!(await memberships.end(held.id, now))) return err('NOT_A_MEMBER')
  const next = { id: ids.next(), userId: user.id, role, createdAt: now, memberSince }
  if (!(await memberships.insert(next))) return err('NOT_A_MEMBER')
  outbox.add(memberRoleChanged.create(ownerOf(scope, user), { role }))
  audit.succeeded(action, selfId('usr', user.id).text, { from: held.role, to: role })
  return ok({ member: memberOf(user, role, now), subject: user.subject })
}

export const endMembership = async (
  { memberships, audit, outbox, scope, giver, now }: MembershipChange,
  { action, held }: { readonly action: string; readonly held: ActiveMembership },
): Promise<Result<ChangedMember, RemoveMemberRefusal>> => {
  if (!mayHandle(giver, held.role)) return err('ROLE_NOT_GRANTABLE')
  if (!(await memberships.end(held.id, now))) return err('NOT_A_MEMBER')
  audit.succeeded(action, selfId('usr', held.user.id).text, { role: held.role })
  outbox.add(memberRemoved.create(ownerOf(scope, held.user), { role: held.role }))
  return ok({ member: memberOf(held.user, held.role, now), subject: held.user.subject })
}
