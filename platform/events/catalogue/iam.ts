import { defineEvent } from '../define-event.ts'
import { code, id, instant } from './fields.ts'

export const projectCreated = defineEvent({
  type: 'platform.iam.project_created',
  version: 1,
  owner: 'project',
  description: 'A project was created in a department of the organization.',
  data: { projectId: id, departmentId: id },
})

export const organizationSuspended = defineEvent({
  type: 'platform.iam.organization_suspended',
  version: 1,
  owner: 'organization',
  description: 'An operator denied everybody what the organization owns.',
  data: { organizationId: id },
})

export const organizationResumed = defineEvent({
  type: 'platform.iam.organization_resumed',
  version: 1,
  owner: 'organization',
  description: 'An operator gave the organization back to its members.',
  data: { organizationId: id },
})

export const memberAdded = defineEvent({
  type: 'platform.iam.member_added',
  version: 1,
  owner: 'user',
  description: 'A user became a member of the organization, or of the project where the owner names one.',
  data: { role: code },
})

export const memberRoleChanged = defineEvent({
  type: 'platform.iam.member_role_changed',
  version: 1,
  owner: 'user',
  description: 'A member of the organization, or of the project where the owner names one, has another role.',
  data: { role: code },
})

export const memberRemoved = defineEvent({
  type: 'platform.iam.member_removed',
  version: 1,
  owner: 'user',
  description: 'A user is no member of the organization any more, or of the project where the owner names one.',
  data: { role: code },
})

export const apiKeyCreated = defineEvent({
  type: 'platform.iam.api_key_created',
  version: 1,
  owner: 'project',
  description: 'A key of a service account was made.',
  data: { serviceAccountId: id, keyId: id },
})

export const apiKeyRotated = defineEvent({
  type: 'platform.iam.api_key_rotated',
  version: 1,
  owner: 'project',
  description: 'A key of a service account was replaced by another; the replaced one works until its overlap ends.',
  data: { serviceAccountId: id, keyId: id, replacedKeyId: id },
})

export const apiKeyRevoked = defineEvent({
  type: 'platform.iam.api_key_revoked',
  version: 1,
  owner: 'project',
  description: 'A key of a service account was ended.',
  data: { serviceAccountId: id, keyId: id },
})

export const userSignedIn = defineEvent({
  type: 'platform.iam.user_signed_in',
  version: 1,
  owner: 'user',
  description:
    'A user who was here before began a session. It is of no organization: the nil UUID, the platform, owns the event.',
  data: { at: instant },
})

export const IAM_EVENTS = [
  projectCreated,
  organizationSuspended,
  organizationResumed,
  memberAdded,
  memberRoleChanged,
  memberRemoved,
  apiKeyCreated,
  apiKeyRotated,
  apiKeyRevoked,
  userSignedIn,
] as const
