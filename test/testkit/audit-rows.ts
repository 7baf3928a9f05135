import type { ClientBase } from 'pg'
import { systemIds } from '../../platform/ids/generator.ts'
import type { Uuid } from '../../platform/ids/id.ts'

/** The schemas whose audit rows are sealed. */
export const AUDITED_SCHEMAS = ['iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications'] as const

/** Writes an audit row as a unit of work does, inside whatever transaction the client is in. Gives its id. */
export const writeAuditRow = async (
  client: ClientBase,
  schema: (typeof AUDITED_SCHEMAS)[number],
  organization: Uuid | null,
  action = `${schema}.thing.change`,
): Promise<Uuid> => {
  const id = systemIds.next()
  await client.query(
    `insert into ${schema}.audit_log (id, occurred_at, action, target, result, actor_kind, actor_id, org_id, correlation_id, details)
     values ($1, now(), $3, $2, 'SUCCEEDED', 'user', 'usr_1', $4, $2, '{"größe": 3, "a": "\\" \\\\ "}')`,
    [id, `target of ${id}`, action, organization],
  )
  return id
}

/** Does what triggers and rights forbid, as somebody who owns the server can. */
export const tamper = async (owner: ClientBase, statement: string, values: readonly unknown[] = []): Promise<void> => {
  await owner.query('set session_replication_role = replica')
  try {
    await owner.query(statement, [...values])
  } finally {
    await owner.query('set session_replication_role = default')
  }
}

/** As if the minute of every fold of denials were over. */
export const closeMinutes = (owner: ClientBase): Promise<void> =>
  tamper(owner, `update audit.unsealed set ready_at = '-infinity'`)
