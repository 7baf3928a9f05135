import type { ClientBase } from 'pg'
import type { EventEnvelope } from './envelope.ts'
import { EVENT_COLUMNS, toEnvelope, type EventRow } from './event-rows.ts'

/** The schemas whose outboxes the relay empties: one of each domain. */
export const OUTBOX_SCHEMAS = ['iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications'] as const

type OutboxSchema = (typeof OUTBOX_SCHEMAS)[number]

export interface PendingEvents {
  readonly events: readonly EventEnvelope[]
  readonly idsBySchema: ReadonlyMap<OutboxSchema, readonly string[]>
  /** Age of the oldest event, in seconds, by the database's clock; 0 when nothing is pending. */
  readonly lagSeconds: number
}

type PendingRow = EventRow & { readonly source: OutboxSchema; readonly age: number }

/**
 * What committed transactions left in the outboxes, oldest id first, at most `limit`.
 *
 * There is no cursor: ids are made before the commit, so that a smaller one can appear after a greater one was read,
 * and a cursor would pass it over. A row is pending until it is deleted. Units of work make the ids of their events after
 * the change itself, under its row lock: the events of one thing keep the order of its changes.
 */
export const readPending = async (client: ClientBase, limit: number): Promise<PendingEvents> => {
  const { rows } = await client.query<PendingRow>({ name: 'pending-events', text: PENDING, values: [limit] })
  return {
    events: rows.map(toEnvelope),
    idsBySchema: groupIds(rows),
    lagSeconds: Math.max(0, ...rows.map((row) => row.age)),
  }
}

/** Deletes what was published. Doing it twice, or never, changes nothing but the work of the next round. */
export const deletePublished = async (client: ClientBase, { idsBySchema }: PendingEvents): Promise<void> => {
  for (const [schema, ids] of idsBySchema) {
    await client.query(`DELETE FROM ${schema}.outbox WHERE id = ANY ($1::uuid[])`, [ids])
  }
}

const groupIds = (rows: readonly PendingRow[]): Map<OutboxSchema, string[]> => {
  const bySource = Map.groupBy(rows, ({ source }) => source)
  return new Map([...bySource].map(([source, own]) => [source, own.map(({ id }) => id)]))
}

const pendingOf = (schema: OutboxSchema): string => `
  (SELECT '${schema}' AS source, ${EVENT_COLUMNS}, extract(epoch FROM now() - occurred_at)::float8 AS age
   FROM ${schema}.outbox WHERE org_id IS NOT NULL ORDER BY id LIMIT $1)`

const PENDING = `${OUTBOX_SCHEMAS.map(pendingOf).join(' UNION ALL ')} ORDER BY id LIMIT $1`
