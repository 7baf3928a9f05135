import type { OrganizationGrant, ProjectGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { ProjectId, UserId, Uuid } from '../../../platform/ids/id.ts'
import { err, type Result } from '../../../platform/result/result.ts'
import type { IamUnits } from '../units.ts'
import { addMembership, changeMembership, endMembership, type ChangedMember } from './change.ts'
import {
  nameOfUser,
  type AddMemberRefusal,
  type ChangeMemberRoleRefusal,
  type MemberRole,
  type RemoveMemberRefusal,
  type RoleGiver,
} from './model.ts'
import type { MemberRow } from './repository.ts'

export interface MembershipDependencies {
  readonly units: IamUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface AddMember {
  readonly email: string | null | undefined
  readonly userId: UserId | undefined
  readonly role: MemberRole
}

export interface ChangeMemberRole {
  readonly userId: UserId
  readonly role: MemberRole
}

export type MembershipService = ReturnType<typeof membershipService>

export const membershipService = ({ units, clock, ids }: MembershipDependencies) => ({
  pageOfOrganization: ({ scope }: OrganizationGrant<'MEMBERSHIP_READ'>, page: IdPage): Promise<MemberRow[]> =>
    units.organization.read(scope, ({ memberships }) => memberships.page(page)),

  /** How many members each organization has. */
  totalsOfOrganizations: (scope: OrganizationSetScope): Promise<ReadonlyMap<Uuid, number>> =>
    units.organizationSet.read(scope, ({ memberships }) => memberships.totals()),

  /** The same page of every project. */
  pagesOfProjects: (scope: ProjectSetScope, projects: readonly ProjectId[], page: IdPage) =>
    units.projectSet.read(scope, ({ memberships }) => memberships.pages(projects, page)),

  /** How many members every project has, by the text of its id. */
  totalsOfProjects: (scope: ProjectSetScope, projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ memberships }) => memberships.totals(projects)),

  add: async (
    grant: OrganizationGrant<'MEMBERSHIP_ADD'>,
    giver: RoleGiver,
    { email, userId, role }: AddMember,
  ): Promise<Result<ChangedMember, AddMemberRefusal>> => {
    const name = nameOfUser(email, userId)
    if (!name.ok) return name
    return units.organization.write(grant, async ({ memberships, namedUsers, audit, outbox }) => {
      const user = await namedUsers.find(name.value)
      if (!user) return err('USER_NOT_FOUND')
      const change = { memberships, audit, outbox, scope: grant.scope, giver, ids, now: clock.now() }
      return addMembership(change, { action: 'iam.member.add', user, role })
    })
  },

  addToProject: async (
    grant: ProjectGrant<'MEMBERSHIP_ADD'>,
    giver: RoleGiver,
    { email, userId, role }: AddMember,
  ): Promise<Result<ChangedMember, AddMemberRefusal>> => {
    const name = nameOfUser(email, userId)
    if (!name.ok) return name
    return units.project.write(grant, async ({ memberships, namedUsers, audit, outbox }) => {
      const user = await namedUsers.find(name.value)
      if (!user) return err('USER_NOT_FOUND')
      const change = { memberships, audit, outbox, scope: grant.scope, giver, ids, now: clock.now() }
      return addMembership(change, { action: 'iam.project_member.add', user, role })
    })
  },

  /** The last owner stays one, however many try at once. */
  changeRole: (
    grant: OrganizationGrant<'MEMBERSHIP_CHANGE'>,
    giver: RoleGiver,
    { userId, role }: ChangeMemberRole,
  ): Promise<Result<ChangedMember, ChangeMemberRoleRefusal>> =>
    units.organization.write(grant, async ({ memberships, audit, outbox }) => {
      await memberships.lockOwners()
      const held = await memberships.find(userId.local)
      if (!held) return err('NOT_A_MEMBER')
      const resigns = held.role === 'owner' && role !== 'owner'
      if (resigns && (await memberships.countOtherOwners(userId.local)) === 0) return err('LAST_OWNER')
      const change = { memberships, audit, outbox, scope: grant.scope, giver, ids, now: clock.now() }
      return changeMembership(change, { action: 'iam.member.change_role', held, role })
    }),

  changeRoleInProject: (
    grant: ProjectGrant<'MEMBERSHIP_CHANGE'>,
    giver: RoleGiver,
    { userId, role }: ChangeMemberRole,
  ): Promise<Result<ChangedMember, ChangeMemberRoleRefusal>> =>
    units.project.write(grant, async ({ memberships, audit, outbox }) => {
      const held = await memberships.find(userId.local)
      if (!held) return err('NOT_A_MEMBER')
      const change = { memberships, audit, outbox, scope: grant.scope, giver, ids, now: clock.now() }
      return changeMembership(change, { action: 'iam.project_member.change_role', held, role })
    }),

  /** The last owner stays, however many leave at once. */
  remove: (
    grant: OrganizationGrant<'MEMBERSHIP_REMOVE'>,
    giver: RoleGiver,
    userId: UserId,
  ): Promise<Result<ChangedMember, RemoveMemberRefusal>> =>
    units.organization.write(grant, async ({ memberships, audit, outbox }) => {
      await memberships.lockOwners()
      const held = await memberships.find(userId.local)
      if (!held) return err('NOT_A_MEMBER')
      if (held.role === 'owner' && (await memberships.countOtherOwners(userId.local)) === 0) return err('LAST_OWNER')
      const change = { memberships, audit, outbox, scope: grant.scope, giver, ids, now: clock.now() }
      return endMembership(change, { action: 'iam.member.remove', held })
    }),

  removeFromProject: (
    grant: ProjectGrant<'MEMBERSHIP_REMOVE'>,
    giver: RoleGiver,
    userId: UserId,
  ): Promise<Result<ChangedMember, RemoveMemberRefusal>> =>
    units.project.write(grant, async ({ memberships, audit, outbox }) => {
      const held = await memberships.find(userId.local)
      if (!held) return err('NOT_A_MEMBER')
      const change = { memberships, audit, outbox, scope: grant.scope, giver, ids, now: clock.now() }
      return endMembership(change, { action: 'iam.project_member.remove', held })
    }),
})
