import { Client } from 'pg'
import type { DatabaseLogin } from '../../platform/config/logins.ts'
import type { Envelope } from '../../platform/crypto/envelope.ts'
import type { Peppers } from '../../platform/crypto/peppers.ts'
import { appPlatformRows } from './app-platform-rows.ts'
import { billingRows } from './billing-rows.ts'
import { computeRows } from './compute-rows.ts'
import { iamRows } from './iam-rows.ts'
import { notificationRows } from './notification-rows.ts'
import { storageRows } from './storage-rows.ts'
import { terminalRows } from './terminal-rows.ts'
import type { TableRows } from './rows.ts'
import { organizations, projects } from './tenants.ts'

export interface SeedDependencies {
  /** Connection string of a role; `owner` migrates. */
  readonly urlOf: (role: 'owner' | DatabaseLogin) => string
  /** What keys of service accounts are hashed with; without them the demo has none. */
  readonly peppers?: Peppers | undefined
  /** What secrets of environments are sealed with; without it the demo has none. */
  readonly envelope?: Envelope | undefined
  readonly now: Date
}

/**
 * When the seed was begun: an interrupted one is done again with the same times, hence the same ids, and what it had
 * written stays as it is. `undefined` when it was finished.
 */
const beginSeed = async (owner: Client, now: Date): Promise<Date | undefined> => {
  await owner.query(
    'create table if not exists platform.seeds (name text primary key, started_at timestamptz(3) not null, finished_at timestamptz(3))',
  )
  await owner.query(`insert into platform.seeds values ('demo', $1) on conflict do nothing`, [now])
  const { rows } = await owner.query<{ started_at: Date; finished_at: Date | null }>(
    `select started_at, finished_at from platform.seeds where name = 'demo'`,
  )
  return rows[0]?.finished_at === null ? rows[0].started_at : undefined
}

/**
 * Fills an empty installation with the demo organizations, once; false when they are there already. Tenant rows are
 * written by each service's own role under row-level security, so that the seed can make nothing that a service could not.
 */
export const seedDemo = async ({ urlOf, peppers, envelope, now }: SeedDependencies): Promise<boolean> => {
  const clients = new Map<TableRows['role'], Client>()
  const clientOf = async (role: TableRows['role']): Promise<Client> => {
    const open = clients.get(role)
    if (open) return open
    const client = new Client({ connectionString: urlOf(role), application_name: 'gpuaas-seed' })
    await client.connect()
    clients.set(role, client)
    return client
  }
  try {
    const owner = await clientOf('owner')
    const startedAt = await beginSeed(owner, now)
    if (startedAt === undefined) return false
    for (const table of demoTables(startedAt, peppers, envelope)) await insert(await clientOf(table.role), table)
    await owner.query(`update platform.seeds set finished_at = $1 where name = 'demo'`, [now])
    return true
  } finally {
    await Promise.all([...clients.values()].map((client) => client.end()))
  }
}

const demoTables = (now: Date, peppers: Peppers | undefined, envelope: Envelope | undefined): TableRows[] => [
  ...iamRows(now, peppers),
  ...computeRows(now),
  ...terminalRows(now),
  ...appPlatformRows(envelope),
  ...storageRows(),
  ...billingRows(now),
  ...notificationRows(now),
]

const ROWS_AT_ONCE = 500

/** One transaction a table: ledger entries must sum to zero when it commits. */
const insert = async (client: Client, table: TableRows): Promise<void> => {
  await client.query('begin')
  await insertRows(client, table)
  await client.query('commit')
}

const insertRows = async (
  client: Client,
  { table, columns, rows, userColumn, operated = '' }: TableRows,
): Promise<void> => {
  await client.query(
    `select set_config('app.org_ids', $1, false), set_config('app.project_ids', '', false),
      set_config('app.user_id', '', false), set_config('app.operated', $2, false)`,
    [arrayLiteral(organizations.map(({ id }) => id)), operated],
  )
  // iam.projects is narrowed by a scope of projects, everything else of a project needs one.
  if (!table.startsWith('iam.projects')) {
    await client.query(`select set_config('app.project_ids', $1, false)`, [arrayLiteral(projects.map(({ id }) => id))])
  }
  for (const group of groups(rows, userColumn === undefined ? -1 : columns.indexOf(userColumn))) {
    if (userColumn !== undefined) {
      await client.query(`select set_config('app.user_id', $1, false)`, [
        String(group[0]?.[columns.indexOf(userColumn)]),
      ])
    }
    for (let start = 0; start < group.length; start += ROWS_AT_ONCE) {
      const part = group.slice(start, start + ROWS_AT_ONCE)
      const places = part.map(
        (_, row) => `(${columns.map((__, column) => `$${String(row * columns.length + column + 1)}`).join(', ')})`,
      )
      await client.query(
        `insert into ${table} (${columns.join(', ')}) values ${places.join(', ')} on conflict do nothing`,
        part.flat(),
      )
    }
  }
}

/** All rows as one group, or one group for each value of the column at `index`. */
const groups = (rows: TableRows['rows'], index: number): TableRows['rows'][] =>
  index < 0 ? [rows] : [...Map.groupBy(rows, (row) => row[index]).values()]

const arrayLiteral = (ids: readonly string[]): string => `{${ids.join(',')}}`
