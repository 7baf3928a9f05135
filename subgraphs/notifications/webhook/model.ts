import type { Binding } from '../../../platform/crypto/envelope.ts'
import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'

export type WebhookEndpointId = Id<'whe'>

/** Why an endpoint is told nothing: its owner said so, it said 410 itself, or nothing reached it for too long. */
export type DisabledReason = 'REQUESTED' | 'GONE' | 'FAILING'

export type EndpointState =
  | { readonly state: 'ENABLED' }
  | { readonly state: 'DISABLED'; readonly disabledReason: DisabledReason; readonly disabledAt: Date }

interface Registration {
  readonly id: WebhookEndpointId
  readonly url: string
  readonly description: string
  readonly eventTypes: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Grows when what somebody set, or whether it is enabled, changes. */
  readonly version: number
  /** Since when no delivery succeeded; null when the last one did. */
  readonly failingSince: Date | null
  /** The place of the newest delivery that was recorded for it, and of the last one that is done with. */
  readonly lastSequence: bigint
  readonly position: bigint
}

/** An address of a partner that is told of events of one organization. */
export type WebhookEndpoint = Registration & EndpointState

/** What a caller gives. */
export interface EndpointInput {
  readonly url: string
  readonly description: string
  readonly eventTypes: readonly string[]
}

/** What of it is to change; what is left out stays. */
export type EndpointChanges = Partial<EndpointInput>

export const MAX_ENDPOINTS = 20
const MAX_DESCRIPTION = 200
/** A week, as of API keys. */
const MAX_OVERLAP_SECONDS = 604_800

export type EndpointInputRefusal = 'URL_INVALID' | 'URL_NOT_ALLOWED' | 'DESCRIPTION_INVALID' | EventTypesRefusal
export type EventTypesRefusal = 'EVENT_TYPES_EMPTY' | 'EVENT_TYPE_UNKNOWN'
export type CreateWebhookEndpointRefusal = EndpointInputRefusal | 'LIMIT_REACHED' | 'NOT_CONFIGURED'
export type UpdateWebhookEndpointRefusal = EndpointInputRefusal | 'NOT_FOUND' | 'VERSION_CONFLICT' | 'NOT_CONFIGURED'
export type DisableWebhookEndpointRefusal = 'NOT_FOUND' | 'ALREADY_DISABLED'
export type EnableWebhookEndpointRefusal = 'NOT_FOUND' | 'ALREADY_ENABLED'
export type RotateWebhookSecretRefusal = 'NOT_FOUND' | 'OVERLAP_INVALID' | 'NOT_CONFIGURED'
export type RedeliverWebhooksRefusal = 'NOT_FOUND' | 'CURSOR_INVALID' | 'CURSOR_TOO_OLD'
export type SendTestWebhookRefusal = 'NOT_FOUND' | 'DISABLED' | 'TOO_MANY'

export const endpointId = (organization: Uuid, local: Uuid): WebhookEndpointId => ownedId('whe', organization, local)

/** At most 200 characters of one line, and text that stays what it is. */
export const parseDescription = (text: string): Result<string, 'DESCRIPTION_INVALID'> =>
  text.length <= MAX_DESCRIPTION && text.isWellFormed() && !/\p{Cc}/u.test(text)
    ? ok(text.trim())
    : err('DESCRIPTION_INVALID')

/** How long the earlier secret signs beside the new one: whole seconds, a week at most. */
export const parseOverlap = (seconds: number): Result<number, 'OVERLAP_INVALID'> =>
  Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_OVERLAP_SECONDS ? ok(seconds) : err('OVERLAP_INVALID')

/** Where one secret of an endpoint belongs, and can be opened: nowhere else. */
export const secretBinding = ({ scope, local }: WebhookEndpointId, secret: Uuid): Binding => [
  scope,
  'webhook-endpoint',
  local,
  secret,
]
