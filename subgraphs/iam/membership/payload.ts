import type { Result } from '../../../platform/result/result.ts'
import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import type { ChangedMember } from './change.ts'
import type { AddMemberRefusal, ChangeMemberRoleRefusal, RemoveMemberRefusal } from './model.ts'

const NOT_A_MEMBER = { field: ['userId'], message: 'There is no such member.' }
const LAST_OWNER = { field: ['userId'], message: 'An organization keeps at least one owner who is not disabled.' }

const ADD: Refusals<AddMemberRefusal> = {
  USER_REQUIRED: { field: [], message: 'Name the user by either their address or their id.' },
  USER_NOT_FOUND: { field: [], message: 'There is no such user. They sign in once before they can be added.' },
  ALREADY_MEMBER: { field: [], message: 'The user is a member already; change their role instead.' },
  ROLE_NOT_GRANTABLE: { field: ['role'], message: 'The role grants what you lack yourself.' },
}

const CHANGE: Refusals<ChangeMemberRoleRefusal> = {
  NOT_A_MEMBER,
  ROLE_UNCHANGED: { field: ['role'], message: 'The member has this role already.' },
  ROLE_NOT_GRANTABLE: { field: ['role'], message: 'The old or the new role grants what you lack yourself.' },
  LAST_OWNER,
}

const REMOVE: Refusals<RemoveMemberRefusal> = {
  NOT_A_MEMBER,
  ROLE_NOT_GRANTABLE: { field: ['userId'], message: 'The member’s role grants what you lack yourself.' },
  LAST_OWNER,
}

export const addMemberPayload = (added: Result<ChangedMember, AddMemberRefusal>) =>
  added.ok
    ? { member: added.value.member, userErrors: [] }
    : { member: null, userErrors: refusedWith(added.error, ADD) }

export const changeMemberRolePayload = (changed: Result<ChangedMember, ChangeMemberRoleRefusal>) =>
  changed.ok
    ? { member: changed.value.member, userErrors: [] }
    : { member: null, userErrors: refusedWith(changed.error, CHANGE) }

export const removeMemberPayload = (removed: Result<ChangedMember, RemoveMemberRefusal>) =>
  removed.ok
    ? { removedUserId: removed.value.member.userId, userErrors: [] }
    : { removedUserId: null, userErrors: refusedWith(removed.error, REMOVE) }
