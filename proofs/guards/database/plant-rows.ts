import type { Client } from 'pg'
import { aurora, northwind, telescope, userOf, vision } from '../../../server/demo/tenants.ts'

/** A row of each of several tenants, as JSON. */
export type TenantRows = readonly { readonly of: string; readonly row: object }[]

interface Tenant {
  readonly of: string
  readonly organization: string
  readonly project: string
  readonly user: string
  /** Of a channel: whose it is. */
  readonly channel: 'USER' | 'ORGANIZATION' | 'BROADCAST'
  /** Of an idempotency key: where it was used. */
  readonly scope: readonly [kind: 'PROJECT' | 'ORGANIZATION' | 'USER' | 'PLATFORM', id: string]
}

const NOBODYS = '00000000-0000-0000-0000-000000000000'
const TENANTS: readonly Tenant[] = [
  {
    ...{ of: 'northwind', organization: northwind.id, project: vision.id, channel: 'USER' },
    ...{ user: userOf('owner@northwind.example').id, scope: ['PROJECT', vision.id] },
  },
  {
    ...{ of: 'aurora', organization: aurora.id, project: telescope.id, channel: 'USER' },
    ...{ user: userOf('owner@aurora.example').id, scope: ['USER', userOf('owner@aurora.example').id] },
  },
  {
    ...{ of: 'the organization northwind', organization: northwind.id, project: vision.id },
    ...{ channel: 'ORGANIZATION', user: northwind.id, scope: ['ORGANIZATION', northwind.id] },
  },
  {
    ...{ of: 'the platform', organization: NOBODYS, project: NOBODYS, channel: 'BROADCAST', user: NOBODYS },
    scope: ['PLATFORM', NOBODYS],
  },
]

interface Column {
  readonly name: string
  readonly type: string
}

const COLUMNS = `
  select attname as name, format_type(atttypid, null) as type from pg_attribute
  where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a' order by attnum`

/** Texts that a check constraint of the domain asks for. */
const TEXTS: Readonly<Record<string, string>> = {
  role: 'owner',
  'iam.platform_roles.role': 'operator',
  result: 'SUCCEEDED',
  actor_kind: 'user',
  severity: 'INFO',
  rights: 'READ',
  category: 'COMPUTE',
  medium: 'IN_APP',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  'notifications.webhook_secrets.key_id': '0'.repeat(16),
}

const VALUES: Readonly<Record<string, unknown>> = {
  integer: 1,
  bigint: 1,
  smallint: 1,
  boolean: false,
  jsonb: {},
  json: {},
  bytea: `\\x${'00'.repeat(32)}`,
  'timestamp with time zone': new Date().toISOString(),
}

/** What an envelope seals has this size (platform/crypto/envelope.ts). */
const SEALED = `\\x${'00'.repeat(61)}`

/** Values of single columns that a check constraint, or what else is proven on the same rows, asks for. */
const OF_COLUMNS: Readonly<Record<string, unknown>> = {
  'notifications.webhook_secrets.wrapped_key': SEALED,
  'notifications.webhook_secrets.ciphertext': SEALED,
  // Nobody is kept from being told something.
  'notifications.preferences.enabled': true,
}

/** Tables whose rows are tenants themselves. */
const TENANTS_THEMSELVES: Readonly<Record<string, 'organization' | 'project' | 'user'>> = {
  'iam.organizations': 'organization',
  'iam.projects': 'project',
  'iam.users': 'user',
  'notifications.channels': 'user',
}

const scopeColumn = (name: string, table: string, tenant: Tenant): string | undefined => {
  const itself = TENANTS_THEMSELVES[table]
  if (name === 'id') return itself && tenant[itself]
  if (name === 'scope_id') return tenant.scope[1]
  if (name.endsWith('project_id')) return tenant.project
  if (name.endsWith('user_id') || name === 'channel_id') return tenant.user
  return name.endsWith('org_id') ? tenant.organization : undefined
}

const valueOf = ({ name, type }: Column, table: string, tenant: Tenant): unknown => {
  if (type === 'uuid') return scopeColumn(name, table, tenant) ?? crypto.randomUUID()
  if (type.endsWith('[]')) return '{}'
  const own = OF_COLUMNS[`${table}.${name}`]
  if (own !== undefined) return own
  if (type !== 'text') return VALUES[type]
  if (name === 'scope_kind') return tenant.scope[0]
  if (name === 'channel_kind' || `${table}.${name}` === 'notifications.channels.kind') return tenant.channel
  return TEXTS[`${table}.${name}`] ?? TEXTS[name] ?? `proof ${tenant.of}`
}

/**
 * Makes sure, in a transaction that is undone, that a table has rows of several tenants, and gives one of each. References
 * are not minded: what is looked at are policies. Throws when the table stays empty: nothing could be seen there, whatever
 * a policy says.
 */
export const plantRows = async (client: Client, table: string): Promise<TenantRows> => {
  const { rows: columns } = await client.query<Column>(COLUMNS, [table])
  const planted = TENANTS.map((tenant) => ({
    of: tenant.of,
    row: Object.fromEntries(columns.map((column) => [column.name, valueOf(column, table, tenant)])),
  }))
  await client.query('set local session_replication_role = replica')
  let refused: unknown
  for (const { row } of planted) {
    await client.query('savepoint planting')
    await client
      .query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [row])
      .catch((fault: unknown) => {
        refused = fault
        return client.query('rollback to savepoint planting')
      })
  }
  const { rows: held } = await client.query(`select from ${table} limit 1`)
  if (held.length === 0) throw new Error(`No row could be planted in ${table}`, { cause: refused })
  return planted
}
