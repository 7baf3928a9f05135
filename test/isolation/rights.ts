import type { Client } from 'pg'

/** What a role may change of rows that are there, column by column: everything else is written once. */
const CHANGED: Readonly<Record<string, readonly string[]>> = {
  'app_platform.environments': ['current_release_id'],
  'app_platform.secrets': ['current_version', 'updated_at'],
  'compute.claims': ['released_at'],
  'compute.nodes': ['state'],
  'compute.slots': ['state'],
  'compute.terminal_gateways': ['drained_at', 'held', 'seen_at'],
  'compute.terminal_sessions': [
    ...['state', 'version', 'minted', 'generation', 'gateway_id', 'column_count', 'row_count', 'last_active_at'],
    ...['connected_at', 'detached_at', 'ended_at', 'close_reason', 'exit_code'],
    ...['recording_reference', 'recording_bytes', 'recording_head'],
  ],
  'iam.api_keys': ['overlap_ends_at', 'revoked_at'],
  'iam.organization_memberships': ['deleted_at'],
  'iam.organizations': ['suspended_at'],
  'iam.project_memberships': ['deleted_at'],
  'iam.service_accounts': ['deleted_at', 'suspended_at'],
  'iam.users': ['disabled_at'],
  'notifications.channels': ['last_id', 'last_sequence', 'removed_through'],
  'notifications.preferences': ['enabled', 'updated_at'],
  'notifications.reading_positions': ['done_through'],
  'notifications.receipts': ['dismissed_at', 'read_at'],
  'notifications.webhook_deliveries': [
    ...['attempts', 'delivered_at', 'failure', 'last_attempt_at', 'response_status', 'status'],
  ],
  'notifications.webhook_endpoints': [
    ...['attempts', 'claim_id', 'claimed_until', 'description', 'disabled_at', 'disabled_reason', 'event_types'],
    ...['failing_since', 'last_sequence', 'next_attempt_at', 'position', 'state', 'updated_at', 'url', 'version'],
  ],
  'notifications.webhook_secrets': ['expires_at'],
  'storage.buckets': ['name'],
  'storage.grants': ['revoked_at'],
}

/** A key that expired begins anew, and is removed; what was done under it is written when it is done. */
const SCHEMAS = ['app_platform', 'billing', 'compute', 'iam', 'notifications', 'storage']
const changedOf = (title: string): readonly string[] =>
  CHANGED[title] ?? (title.endsWith('.idempotency_keys') ? ['expires_at', 'input', 'result'] : [])

/** An allocation is rewritten whole as its life goes on; where it lives, row-level security and the keys hold fast. */
const REWRITTEN = ['compute.allocations']

/**
 * The relay removes rows that are on the backbone; a secret that is deleted is gone, and so is a webhook with its past; a
 * gateway that ended and the keys of operators are forgotten; notifications are kept for so long.
 */
const REMOVED = [
  'gpuaas_compute compute.terminal_gateways',
  'gpuaas_app_platform app_platform.secrets',
  ...['deliveries', 'endpoints', 'secrets'].map((what) => `gpuaas_notifications notifications.webhook_${what}`),
  ...['notifications', 'receipts'].map((table) => `gpuaas_notifications notifications.${table}`),
  ...SCHEMAS.map((schema) => `gpuaas_relay ${schema}.outbox`),
  ...SCHEMAS.map((schema) => `gpuaas_${schema} ${schema}.idempotency_keys`),
]

const HELD = `
  with tables as (
    select c.oid, n.nspname || '.' || c.relname as title from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname in ('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications')
  ), logins as (select oid, rolname from pg_roles where rolname like 'gpuaas\\_%')
  select r.rolname as role, t.title, lower(p.privilege) as verb, null as "column"
    from logins r cross join tables t cross join (values ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) as p (privilege)
    where has_table_privilege(r.oid, t.oid, p.privilege)
  union all
  select r.rolname, t.title, 'update', a.attname
    from logins r cross join tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    where has_column_privilege(r.oid, t.oid, a.attnum, 'UPDATE')
  order by 1, 2, 3, 4`

interface Held {
  readonly role: string
  readonly title: string
  readonly verb: string
  readonly column: string | null
}

const isNeeded = ({ role, title, verb, column }: Held): boolean => {
  if (verb === 'delete') return REMOVED.includes(`${role} ${title}`)
  if (verb !== 'update' || column === null) return false
  return REWRITTEN.includes(title) || changedOf(title).includes(column)
}

/** Rights to change or remove rows that no service needs (R90): one sentence each, the table first. */
export const needlessRights = async (client: Client): Promise<readonly string[]> => {
  const { rows } = await client.query<Held>(HELD)
  return rows
    .filter((held) => !isNeeded(held))
    .map(({ role, title, verb, column }) => `${title}: ${role} may ${verb}${column === null ? '' : ` ${column}`}`)
}
