import type { EgressFailure, EgressOutcome } from '../../../platform/egress/egress.ts'
import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import type { DisabledReason, WebhookEndpointId } from '../webhook/model.ts'

export type WebhookDeliveryId = Id<'whd'>

export type DeliveryStatus = 'PENDING' | 'DELIVERED' | 'FAILED'

/** One event for one endpoint. */
export interface WebhookDelivery {
  readonly id: WebhookDeliveryId
  readonly endpointId: WebhookEndpointId
  /** Its place among the deliveries of its endpoint: 1, 2, 3 … */
  readonly sequence: bigint
  readonly eventId: Uuid
  readonly eventType: string
  readonly occurredAt: Date
  readonly status: DeliveryStatus
  /** All tries, those before a redelivery included. */
  readonly attempts: number
  readonly createdAt: Date
  readonly lastAttemptAt: Date | null
  readonly responseStatus: number | null
  readonly failure: EgressFailure | null
  readonly deliveredAt: Date | null
  /** Of the next one of its endpoint alone. */
  readonly nextAttemptAt: Date | null
}

export const deliveryId = (organization: Uuid, local: Uuid): WebhookDeliveryId => ownedId('whd', organization, local)

/** How a try ended. */
export type Verdict =
  | { readonly kind: 'DELIVERED' }
  | { readonly kind: 'RETRY'; readonly at: Date }
  /** Given up, and kept for a redelivery; the one after it is tried at that time. */
  | { readonly kind: 'GIVEN_UP'; readonly at: Date }
  | { readonly kind: 'DISABLE'; readonly reason: Exclude<DisabledReason, 'REQUESTED'> }

export interface Try {
  readonly outcome: EgressOutcome
  readonly now: Date
  /** Tries of this delivery before this one. */
  readonly attempts: number
  readonly failingSince: Date | null
  readonly patienceMs: number
  /** From 0 to 1: moves a retry by a fifth at most, so that what failed together does not come back together. */
  readonly random: number
}

/** With the pauses below: about two days. */
export const MAX_ATTEMPTS = 16
const FIRST_PAUSE_MS = 5_000
const LAST_PAUSE_MS = 6 * 3_600_000
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000
const GONE = 410

/** 5 s, then three times as long after each further failure, at most 6 h, a fifth more or less. */
export const pauseMs = (failures: number, random: number): number => {
  const pause = Math.min(FIRST_PAUSE_MS * 3 ** (failures - 1), LAST_PAUSE_MS)
  return Math.round(pause * (0.8 + 0.4 * random))
}

/** RFC 9110, section 10.2.3: seconds or a date; 0 for what is neither, and a day at most. */
export const retryAfterMs = (text: string | undefined, now: Date): number => {
  if (text === undefined) return 0
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - now.getTime()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS) : 0
}

const isSuccess = (outcome: EgressOutcome): boolean =>
  outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300

/** What follows from a try: every answer but 2xx is a failure, and 410 the wish to be told nothing more. */
export const judge = ({ outcome, now, attempts, failingSince, patienceMs, random }: Try): Verdict => {
  if (isSuccess(outcome)) return { kind: 'DELIVERED' }
  if (outcome.kind === 'answered' && outcome.status === GONE) return { kind: 'DISABLE', reason: 'GONE' }
  const failingFor = now.getTime() - (failingSince ?? now).getTime()
  if (failingFor >= patienceMs) return { kind: 'DISABLE', reason: 'FAILING' }
  const asked = outcome.kind === 'answered' ? retryAfterMs(outcome.retryAfter, now) : 0
  const later = (ms: number): Date => new Date(now.getTime() + Math.max(ms, asked))
  const failures = attempts + 1
  return failures < MAX_ATTEMPTS
    ? { kind: 'RETRY', at: later(pauseMs(failures, random)) }
    : { kind: 'GIVEN_UP', at: later(pauseMs(1, random)) }
}
