import { capabilitiesOf } from '../../../directives/capabilities.ts'
import type { Access } from '../../../platform/access/access.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { UserId } from '../../../platform/ids/id.ts'
import type { Result } from '../../../platform/result/result.ts'
import type { Iam } from '../context.ts'
import type { IamResolvers } from '../resolver-types.ts'
import { userPrincipal } from '../user/principal.ts'
import type { ChangedMember } from './change.ts'
import type { RoleGiver } from './model.ts'
import { addMemberPayload, changeMemberRolePayload, removeMemberPayload } from './payload.ts'
import { MEMBER_ROLE_OF } from './roles.ts'

const inOrganization = (access: Access, { scope }: ReturnType<Access['organization']>): RoleGiver => ({
  held: (capability) =>
    access.decide({ kind: 'organization', capability, organizationId: scope.organizationId }).allowed,
  capabilitiesOf,
})

const inProject = (access: Access, { scope }: ReturnType<Access['project']>): RoleGiver => ({
  held: (capability) => access.decide({ kind: 'project', capability, projectId: scope.projectId }).allowed,
  capabilitiesOf,
})

const userIdOf = (text: string | null | undefined): UserId | undefined =>
  text === null || text === undefined ? undefined : parseIdOrThrow('usr', text, 'input.userId')

/** Every process reads again what the member may do; this operation too, when members change themselves. */
const announced = async <E>(
  { access, iam }: { readonly access: Access; readonly iam: Iam },
  changed: Result<ChangedMember, E>,
): Promise<Result<ChangedMember, E>> => {
  if (!changed.ok) return changed
  await iam.announce([userPrincipal(changed.value.subject)])
  if (changed.value.member.userId.local === access.grants.userId) await access.refresh()
  return changed
}

export const membershipMutations: Pick<IamResolvers, 'Mutation'> = {
  Mutation: {
    addMember: async (_, { input }, { access, iam }) => {
      const id = parseIdOrThrow('org', input.organizationId, 'input.organizationId')
      const grant = access.organization('MEMBERSHIP_ADD', id)
      const wanted = { email: input.email, userId: userIdOf(input.userId), role: MEMBER_ROLE_OF[input.role] }
      const added = await iam.memberships.add(grant, inOrganization(access, grant), wanted)
      return addMemberPayload(await announced({ access, iam }, added))
    },
    addProjectMember: async (_, { input }, { access, iam }) => {
      const grant = access.project('MEMBERSHIP_ADD', parseIdOrThrow('prj', input.projectId, 'input.projectId'))
      const wanted = { email: input.email, userId: userIdOf(input.userId), role: MEMBER_ROLE_OF[input.role] }
      const added = await iam.memberships.addToProject(grant, inProject(access, grant), wanted)
      return addMemberPayload(await announced({ access, iam }, added))
    },
    changeMemberRole: async (_, { input }, { access, iam }) => {
      const id = parseIdOrThrow('org', input.organizationId, 'input.organizationId')
      const grant = access.organization('MEMBERSHIP_CHANGE', id)
      const userId = parseIdOrThrow('usr', input.userId, 'input.userId')
      const wanted = { userId, role: MEMBER_ROLE_OF[input.role] }
      const changed = await iam.memberships.changeRole(grant, inOrganization(access, grant), wanted)
      return changeMemberRolePayload(await announced({ access, iam }, changed))
    },
    changeProjectMemberRole: async (_, { input }, { access, iam }) => {
      const grant = access.project('MEMBERSHIP_CHANGE', parseIdOrThrow('prj', input.projectId, 'input.projectId'))
      const userId = parseIdOrThrow('usr', input.userId, 'input.userId')
      const wanted = { userId, role: MEMBER_ROLE_OF[input.role] }
      const changed = await iam.memberships.changeRoleInProject(grant, inProject(access, grant), wanted)
      return changeMemberRolePayload(await announced({ access, iam }, changed))
    },
    removeMember: async (_, { input }, { access, iam }) => {
      const id = parseIdOrThrow('org', input.organizationId, 'input.organizationId')
      const grant = access.organization('MEMBERSHIP_REMOVE', id)
      const userId = parseIdOrThrow('usr', input.userId, 'input.userId')
      const removed = await iam.memberships.remove(grant, inOrganization(access, grant), userId)
      return removeMemberPayload(await announced({ access, iam }, removed))
    },
    removeProjectMember: async (_, { input }, { access, iam }) => {
      const grant = access.project('MEMBERSHIP_REMOVE', parseIdOrThrow('prj', input.projectId, 'input.projectId'))
      const userId = parseIdOrThrow('usr', input.userId, 'input.userId')
      const removed = await iam.memberships.removeFromProject(grant, inProject(access, grant), userId)
      return removeMemberPayload(await announced({ access, iam }, removed))
    },
  },
}
