import { systemGrant, type OrganizationGrant, type SystemCapability } from '../../../platform/access/authorize.ts'
import { organizationScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { EventEnvelope, EventHandler } from '../../../platform/events/envelope.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok } from '../../../platform/result/result.ts'
import { currentTraceparent } from '../../../platform/tracing/traceparent.ts'
import { eventPayload, WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../webhook/event-types.ts'
import type { WebhookUnits } from '../webhook/units.ts'
import { queueDelivery } from './jobs.ts'
import type { NewDelivery } from './repository.ts'

export interface RecordingDependencies {
  readonly units: WebhookUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

type Recorder = OrganizationGrant<SystemCapability>

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** How long a delivery can be repeated, and waits for an endpoint that is disabled. */
export const KEPT_DAYS = 30
/** By how much the clocks of two processes may differ: an event is not older than an endpoint because of them. */
const SKEW_MS = 5 * MINUTE_MS
/** What was due for so long has lost its job: the next event brings one again (R77). */
const OVERDUE_MS = 5 * MINUTE_MS

/** Of an event that happens now. */
export const newDelivery = (
  { clock, ids }: Pick<RecordingDependencies, 'clock' | 'ids'>,
  event: { readonly id: Uuid; readonly type: string; readonly occurredAt: Date; readonly payload: string },
): NewDelivery => ({
  id: ids.next(),
  eventId: event.id,
  eventType: event.type,
  occurredAt: event.occurredAt,
  payload: event.payload,
  createdAt: clock.now(),
  traceparent: currentTraceparent(),
})

/** Since when deliveries are kept, and since when one that is due has lost its job. */
export const bounds = (now: Date): readonly [keptSince: Date, overdue: Date] => [
  new Date(now.getTime() - KEPT_DAYS * DAY_MS),
  new Date(now.getTime() - OVERDUE_MS),
]

export const recordingService = ({ units, clock, ids }: RecordingDependencies) => ({
  /**
   * Gives every endpoint that chose the type a delivery of the event, once, whoever hands it over how often. They are
   * there, with the jobs that send them, when the event is marked as recorded, or nothing is.
   */
  record: async (grant: Recorder, type: WebhookEventType, event: EventEnvelope): Promise<void> => {
    const { organizationId } = grant.scope
    const occurredAt = new Date(event.occurredAt)
    await units.organization.write(grant, async ({ deliveries, once, jobs }) => {
      const endpoints = await deliveries.subscribers(type.name, new Date(occurredAt.getTime() + SKEW_MS))
      if (endpoints.length === 0) return err('NOBODY')
      if (!(await once('notifications:webhooks', event.id))) return err('RECORDED')
      const payload = eventPayload(type, event)
      for (const endpoint of endpoints) {
        const delivery = newDelivery({ clock, ids }, { id: event.id, type: type.name, occurredAt, payload })
        const isWaiting = await deliveries.append(endpoint, delivery, ...bounds(clock.now()))
        if (isWaiting) queueDelivery(jobs, organizationId, endpoint)
      }
      return ok(undefined)
    })
  },
})

export type RecordingService = ReturnType<typeof recordingService>

/** In the order of the log, so that each endpoint is told in that order. */
export const webhookHandlers = (recording: RecordingService): Readonly<Record<string, EventHandler>> =>
  Object.fromEntries(
    WEBHOOK_EVENT_TYPES.map((type) => [
      type.source.type,
      (event: EventEnvelope) =>
        recording.record(
          systemGrant(organizationScope(event.owner.organizationId), 'notifications.record-webhooks'),
          type,
          event,
        ),
    ]),
  )
