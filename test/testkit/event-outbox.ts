import type { ClientBase } from 'pg'
import { v7 } from 'uuid'
import type { Uuid } from '../../platform/ids/id.ts'

export interface OutboxEvent {
  readonly id: Uuid
  readonly type: string
  readonly data: object
  readonly owner: { readonly organizationId: Uuid; readonly projectId: Uuid }
}

const uuid = (): Uuid => v7() as Uuid // canonical by construction

export const outboxEvent = (type = 'storage.bucket_created', data: object = { bucketId: uuid() }): OutboxEvent => ({
  id: uuid(),
  type,
  data,
  owner: { organizationId: uuid(), projectId: uuid() },
})

/** Writes an outbox row as a unit of work does, inside whatever transaction the client is in. */
export const writeOutbox = async (client: ClientBase, schema: string, event: OutboxEvent): Promise<void> => {
  const { id, type, data, owner } = event
  await client.query(
    `INSERT INTO ${schema}.outbox (id, type, version, occurred_at, correlation_id, causation_id, org_id, project_id, data)
     VALUES ($1, $2, 1, now(), $3, $3, $4, $5, $6)`,
    [id, type, `cause-of-${id}`, owner.organizationId, owner.projectId, data],
  )
  await client.query(`SELECT pg_notify('outbox', '')`)
}
