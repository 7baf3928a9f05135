import type { Uuid } from '../ids/id.ts'
import type { EventEnvelope } from './envelope.ts'

/** The columns that every table of events has: outboxes, log, dead letters. */
export const EVENT_COLUMNS =
  'id, type, version, occurred_at, correlation_id, causation_id, traceparent, org_id, project_id, user_id, data'

/** Ids come from columns of type uuid, hence canonical. */
export interface EventRow {
  readonly id: Uuid
  readonly type: string
  readonly version: number
  readonly occurred_at: Date
  readonly correlation_id: string
  readonly causation_id: string
  readonly traceparent: string | null
  readonly org_id: Uuid
  readonly project_id: Uuid | null
  readonly user_id: Uuid | null
  readonly data: unknown
}

export const toEnvelope = (row: EventRow): EventEnvelope => ({
  id: row.id,
  type: row.type,
  version: row.version,
  occurredAt: row.occurred_at.toISOString(),
  correlationId: row.correlation_id,
  causationId: row.causation_id,
  ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  owner: {
    organizationId: row.org_id,
    ...(row.project_id === null ? {} : { projectId: row.project_id }),
    ...(row.user_id === null ? {} : { userId: row.user_id }),
  },
  data: row.data,
})

/** The values of `EVENT_COLUMNS`, in their order. */
export const toValues = (event: EventEnvelope): readonly unknown[] => [
  event.id,
  event.type,
  event.version,
  event.occurredAt,
  event.correlationId,
  event.causationId,
  event.traceparent ?? null,
  event.owner.organizationId,
  event.owner.projectId ?? null,
  event.owner.userId ?? null,
  JSON.stringify(event.data),
]
