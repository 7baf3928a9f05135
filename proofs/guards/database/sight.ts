import type { Client } from 'pg'
import type { TenantRows } from './plant-rows.ts'
import { REMOVED } from '../../stage/arrangement.ts'
import { aurora, northwind, simulation, telescope, userOf, vision } from '../../../server/demo/tenants.ts'

/** What every role sees of a table, and may change and write of it, under each scope: one line each. */
export type Sight = readonly string[]

const SETTINGS = [
  'project_ids',
  'org_ids',
  'user_id',
  'operated',
  'named_user',
  'streamed',
  'expired_before',
  'forgotten_before',
] as const
type Scope = Partial<Record<(typeof SETTINGS)[number], string>>

const [owner, stranger] = [userOf('owner@northwind.example'), userOf('owner@aurora.example')]

/** Of the channel of everybody. */
const NIL = '00000000-0000-0000-0000-000000000000'

/** As units of work set them (platform/database/scope-settings.ts). */
const SCOPES: Readonly<Record<string, Scope>> = {
  'no scope': {},
  'a project of aurora': { project_ids: `{${telescope.id}}`, org_ids: `{${aurora.id}}` },
  'a project of northwind': { project_ids: `{${vision.id}}`, org_ids: `{${northwind.id}}` },
  'the project beside it': { project_ids: `{${simulation.id}}`, org_ids: `{${northwind.id}}` },
  aurora: { org_ids: `{${aurora.id}}` },
  northwind: { org_ids: `{${northwind.id}}` },
  'a user of aurora': { user_id: stranger.id },
  'a user of northwind': { user_id: owner.id },
  'a user without memberships': { user_id: REMOVED.id },
  'an operated user': { user_id: owner.id, operated: owner.id },
  'an operated organization': { org_ids: `{${northwind.id}}`, operated: northwind.id },
  'everybody’s channel, operated on': { operated: NIL },
  'what expired': { expired_before: 'ffffffff-ffff-7fff-bfff-ffffffffffff' },
  'what is forgotten': { forgotten_before: '9999-12-31T00:00:00Z' },
  'a streamed user': { streamed: `{${owner.id}}` },
  'a named user': { org_ids: `{${northwind.id}}`, named_user: stranger.email },
}

const RIGHTS = `
  select r.rolname as role, has_any_column_privilege(r.oid, $1::regclass, 'SELECT') as reads,
    has_table_privilege(r.oid, $1::regclass, 'INSERT') as inserts, has_table_privilege(r.oid, $1::regclass, 'DELETE') as deletes,
    (select a.attname from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
      and has_column_privilege(r.oid, $1::regclass, a.attnum, 'UPDATE') order by attnum limit 1) as changes
  from pg_roles r where r.rolname like 'gpuaas\\_%' order by 1`

interface Rights {
  readonly role: string
  readonly reads: boolean
  readonly inserts: boolean
  readonly deletes: boolean
  readonly changes: string | null
}

/** The number of rows that a statement meets, or why it is refused. Undone at once. */
const outcomeOf = async (client: Client, sql: string, values: readonly unknown[] = []): Promise<string> => {
  await client.query('savepoint looking')
  try {
    const { rows, rowCount } = await client.query<{ seen?: number }>(sql, [...values])
    return String(rows[0]?.seen ?? rowCount)
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : String(error)
  } finally {
    await client.query('rollback to savepoint looking')
  }
}

const attempts = ({ reads, inserts, deletes, changes }: Rights, table: string, rows: TenantRows) => [
  ...(reads ? [{ what: 'sees', sql: `select count(*)::int as seen from ${table}`, values: [] }] : []),
  ...(changes === null ? [] : [{ what: 'changes', sql: `update ${table} set ${changes} = ${changes}`, values: [] }]),
  ...(deletes ? [{ what: 'removes', sql: `delete from ${table}`, values: [] }] : []),
  ...(inserts
    ? rows.map(({ of, row }) => ({
        what: `writes a row of ${of}`,
        sql: `insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`,
        values: [row],
      }))
    : []),
]

/** In a transaction that is undone, as whoever may become every role. */
export const sightOf = async (client: Client, table: string, planted: TenantRows): Promise<Sight> => {
  const { rows: all } = await client.query<Rights>(RIGHTS, [table])
  const lines: string[] = []
  for (const rights of all.filter(({ reads, inserts, deletes, changes }) => reads || inserts || deletes || changes)) {
    for (const [name, scope] of Object.entries(SCOPES)) {
      const set = SETTINGS.map((setting) => `set_config('app.${setting}', '${scope[setting] ?? ''}', true)`)
      await client.query(`set local role ${rights.role}; select ${set.join(', ')}`)
      for (const { what, sql, values } of attempts(rights, table, planted)) {
        lines.push(`${rights.role} in the scope of ${name} ${what}: ${await outcomeOf(client, sql, values)}`)
      }
      await client.query('reset role')
    }
  }
  return lines
}
