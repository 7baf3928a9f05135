import { z } from 'zod'
import { isUuid } from '../ids/id.ts'
import { defineEvent, EventRefused } from './define-event.ts'
import type { DomainEvent } from './envelope.ts'

const id = z.string().refine(isUuid, 'not a UUID in canonical form')
const instant = z.iso.datetime()
const code = z.string().min(1).max(64)
/** Micro-units of the currency, as text: figures of money do not fit a double. */
const micros = z.string().regex(/^-?\d{1,18}$/)
const currency = z.string().regex(/^[A-Z]{3}$/)

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
  description: 'A user began a session; of their organizations one owns the event.',
  data: { at: instant },
})

export const allocationRequested = defineEvent({
  type: 'gpuaas.provisioning.allocation_requested',
  version: 1,
  owner: 'project',
  description: 'An allocation was accepted and its slots are claimed.',
  data: { allocationId: id, skuCode: code },
})

export const allocationActivated = defineEvent({
  type: 'gpuaas.provisioning.allocation_activated',
  version: 1,
  owner: 'project',
  description: 'An allocation is usable.',
  data: { allocationId: id, skuCode: code, activatedAt: instant },
})

export const allocationFailed = defineEvent({
  type: 'gpuaas.provisioning.allocation_failed',
  version: 1,
  owner: 'project',
  description: 'An allocation will never be usable; what was claimed for it is free again and nothing is charged.',
  data: { allocationId: id, skuCode: code, reason: code },
})

export const allocationReleased = defineEvent({
  type: 'gpuaas.provisioning.allocation_released',
  version: 1,
  owner: 'project',
  description: 'An allocation was given back; what it used between the two instants is to be charged.',
  data: { allocationId: id, skuId: id, skuCode: code, placedAt: instant, releasedAt: instant },
})

export const terminalSessionChanged = defineEvent({
  type: 'gpuaas.terminal.session_changed',
  version: 1,
  owner: 'project',
  description: 'A terminal session came to another state, or another client is attached to it.',
  data: { sessionId: id, allocationId: id, version: z.int().positive(), state: code, closeReason: code.nullable() },
})

export const appCreated = defineEvent({
  type: 'appplatform.app_created',
  version: 1,
  owner: 'project',
  description: 'An application was created.',
  data: { appId: id },
})

export const releaseCreated = defineEvent({
  type: 'appplatform.release_created',
  version: 1,
  owner: 'project',
  description: 'An immutable release of an application was recorded.',
  data: { appId: id, releaseId: id },
})

export const deploymentCreated = defineEvent({
  type: 'appplatform.deployment_created',
  version: 1,
  owner: 'project',
  description: 'A release was made the current one of an environment.',
  data: { appId: id, environmentId: id, releaseId: id },
})

export const bucketCreated = defineEvent({
  type: 'storage.bucket_created',
  version: 1,
  owner: 'project',
  description: 'A bucket was created.',
  data: { bucketId: id },
})

export const storageGrantCreated = defineEvent({
  type: 'storage.grant_created',
  version: 1,
  owner: 'project',
  description: 'A bucket was opened to another project; the owner is the project that gives.',
  data: { grantId: id, bucketId: id, subjectProjectId: id },
})

export const storageGrantRevoked = defineEvent({
  type: 'storage.grant_revoked',
  version: 1,
  owner: 'project',
  description: 'A bucket was closed to another project again.',
  data: { grantId: id, bucketId: id, subjectProjectId: id },
})

export const usageMetered = defineEvent({
  type: 'platform.billing.usage_metered',
  version: 1,
  owner: 'project',
  description: 'The use of a resource over a window was recorded.',
  data: { resourceId: id, from: instant, to: instant, seconds: z.int().nonnegative() },
})

export const chargePosted = defineEvent({
  type: 'platform.billing.charge_posted',
  version: 1,
  owner: 'project',
  description: 'The use of a resource was posted to the ledger, once for each source.',
  data: { transactionId: id, sourceId: id, amountMicros: micros, currency },
})

export const budgetThresholdCrossed = defineEvent({
  type: 'platform.billing.budget_threshold_crossed',
  version: 1,
  owner: 'project',
  description: "A project's spending passed a threshold of its budget.",
  data: { budgetId: id, thresholdPercent: z.int().positive() },
})

export const notificationCreated = defineEvent({
  type: 'platform.notifications.notification_created',
  version: 1,
  owner: 'organization',
  description: 'A notification was written to a channel.',
  data: { notificationId: id, channelKind: z.enum(['USER', 'ORGANIZATION', 'BROADCAST']), channelId: id },
})

export const webhookEndpointDisabled = defineEvent({
  type: 'platform.notifications.webhook_endpoint_disabled',
  version: 1,
  owner: 'organization',
  description: 'A webhook endpoint was disabled by the platform: it is gone, or failed for too long.',
  data: { webhookEndpointId: id, reason: code },
})

/** Every event of the product. What is not here is not published. */
export const EVENT_CATALOGUE = [
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
  allocationRequested,
  allocationActivated,
  allocationFailed,
  allocationReleased,
  terminalSessionChanged,
  appCreated,
  releaseCreated,
  deploymentCreated,
  bucketCreated,
  storageGrantCreated,
  storageGrantRevoked,
  usageMetered,
  chargePosted,
  budgetThresholdCrossed,
  notificationCreated,
  webhookEndpointDisabled,
] as const

export type EventType = (typeof EVENT_CATALOGUE)[number]['type']

/** The first words of all subjects: what a backbone keeps. */
export const EVENT_SUBJECTS = ['gpuaas.>', 'platform.>', 'appplatform.>', 'storage.>'] as const

const byType = new Map<string, (typeof EVENT_CATALOGUE)[number]>(EVENT_CATALOGUE.map((event) => [event.type, event]))

/** What an outbox accepts: a catalogued type and version, its owner, its data and nothing else. Throws `EventRefused`. */
export const assertCatalogued = (event: DomainEvent): void => {
  const definition = byType.get(event.type)
  if (definition === undefined) throw new EventRefused(`${event.type} is not in the catalogue of events`)
  definition.read({ ...event, id: event.owner.organizationId, occurredAt: '', correlationId: '', causationId: '' })
}
