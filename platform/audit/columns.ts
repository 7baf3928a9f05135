/** A `timestamptz(3)` as RFC 3339 with milliseconds, whatever the session's time zone. */
const instant = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The columns of `audit.sources`, `audit.entries` and the functions over them, as `SourceRow` names them. */
export const SOURCE_COLUMNS = `org_id::text as "chain", id::text as "id", source as "source", ${instant('occurred_at')} as "occurredAt",
  action as "action", target as "target", result as "result", code as "code", count::text as "count", actor_kind as "actorKind",
  actor_id as "actorId", project_id::text as "projectId", correlation_id as "correlationId", details as "details"`

/** Those of `audit.entries`, as `SealedEntry` names them. */
export const ENTRY_COLUMNS = `${SOURCE_COLUMNS}, sequence::float8 as "sequence", ${instant('sealed_at')} as "sealedAt",
  encode(previous_hash, 'hex') as "previousHash", encode(hash, 'hex') as "hash"`
