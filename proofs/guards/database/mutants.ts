import type { Client } from 'pg'
import type { Bench, Check } from './bench.ts'
import type { Guard, Mutant } from '../mutant.ts'

/** A change of the database that takes a guard out, as SQL. */
interface Change {
  readonly guard: Guard
  readonly coordinate: string
  readonly change: string
  readonly sql: string
  /** The table whose sight may tell; left out where roles do not matter. */
  readonly table?: string
}

interface PolicyRow {
  readonly table: string
  readonly name: string
  readonly reads: string | null
  readonly writes: string | null
  readonly takes: string
  /** Whether the roles of the policy can look at rows at all, or write what its check is about. */
  readonly mayRead: boolean
  readonly mayWrite: boolean
}

/** Left out: what is the owner's alone, which keeps nothing from a service, and the tables of the job queue's library. */
const POLICIES = `
  select p.polrelid::regclass::text as "table", quote_ident(p.polname) as name, pg_get_expr(p.polqual, p.polrelid) as reads,
    pg_get_expr(p.polwithcheck, p.polrelid) as writes, p.polcmd::text as takes,
    exists (select from unnest(p.polroles) r where has_any_column_privilege(r, c.oid, 'SELECT, UPDATE')
      or has_table_privilege(r, c.oid, 'DELETE')) as "mayRead",
    exists (select from unnest(p.polroles) r where (p.polcmd in ('*', 'a') and has_table_privilege(r, c.oid, 'INSERT'))
      or exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and has_column_privilege(r, c.oid, a.attnum, 'UPDATE')
        and pg_get_expr(coalesce(p.polwithcheck, p.polqual), c.oid) ~ ('\\m' || a.attname || '\\M'))) as "mayWrite"
  from pg_policy p join pg_class c on c.oid = p.polrelid
  where p.polroles <> array[c.relowner] and c.relnamespace <> 'graphile_worker'::regnamespace order by 1, 2`

const policyChanges = ({ table, name, reads, writes, takes, mayRead, mayWrite }: PolicyRow): readonly Change[] => {
  const of = { guard: 'policy' as const, coordinate: `${table} ${name}`, table }
  const on = `${name} on ${table}`
  const checked = writes ?? reads
  const isForWrites = takes !== 'r' && takes !== 'd'
  const keep = isForWrites && checked !== null ? ` with check (${checked})` : ''
  return [
    { ...of, change: 'dropped', sql: `drop policy ${on}` },
    ...(!mayRead || reads === null || reads === 'true'
      ? []
      : [{ ...of, change: 'using (true)', sql: `alter policy ${on} using (true)${keep}` }]),
    ...(!isForWrites || !mayWrite || checked === null || checked === 'true'
      ? []
      : [{ ...of, change: 'with check (true)', sql: `alter policy ${on} with check (true)` }]),
    ...(reads === 'true' ? [] : [{ ...of, change: 'for everybody', sql: `alter policy ${on} to public` }]),
  ]
}

interface TableRow {
  readonly table: string
}

const FORCED = `select oid::regclass::text as "table" from pg_class where relforcerowsecurity and not relispartition and relnamespace <> 'graphile_worker'::regnamespace order by 1`
const SECURED = `select oid::regclass::text as "table" from pg_class where relrowsecurity and not relispartition and relnamespace <> 'graphile_worker'::regnamespace order by 1`

const flagChanges = ({ table }: TableRow, verb: 'no force' | 'disable'): Change => ({
  ...{ guard: 'force flag', coordinate: table, change: `${verb} row level security`, table },
  sql: `alter table ${table} ${verb} row level security`,
})

interface ConstraintRow extends TableRow {
  readonly name: string
  /** Its columns, the last one first: the same rows, but no longer those of one tenant together. */
  readonly turned: string
  readonly last: string
  readonly takes: 'p' | 'f'
}

/** Keys that begin with whose the row is, and every reference. */
const CONSTRAINTS = `
  select c.conrelid::regclass::text as "table", quote_ident(c.conname) as name, c.contype::text as takes,
    (select quote_ident(attname) from pg_attribute where attrelid = c.conrelid and attnum = c.conkey[cardinality(c.conkey)]) as last,
    (select string_agg(quote_ident(a.attname), ', ' order by k.position desc) from unnest(c.conkey) with ordinality as k (attnum, position)
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum) as turned
  from pg_constraint c join pg_namespace n on n.oid = c.connamespace
  where c.conparentid = 0 and n.nspname in ('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications', 'audit')
    and (c.contype = 'f' or (c.contype = 'p' and cardinality(c.conkey) > 1 and exists (select from pg_attribute a
      where a.attrelid = c.conrelid and a.attnum = c.conkey[1] and a.attname in ('org_id', 'project_id', 'user_id', 'channel_id'))))
  order by 1, 2`

const constraintChange = ({ table, name, last, turned, takes }: ConstraintRow): Change =>
  takes === 'f'
    ? {
        ...{ guard: 'foreign key', coordinate: `${table} ${name}`, change: 'dropped' },
        sql: `alter table ${table} drop constraint ${name}`,
      }
    : {
        ...{ guard: 'key', coordinate: `${table} ${name}`, change: `begins with ${last}` },
        sql: `alter table ${table} drop constraint ${name} cascade, add primary key (${turned})`,
      }

interface RightRow extends TableRow {
  readonly role: string
  readonly verb: string
}

/** Every right of every service role on every table of a domain that it does not hold. */
const MISSING_RIGHTS = `
  select r.rolname as role, c.oid::regclass::text as "table", v.verb
  from pg_roles r cross join pg_class c join pg_namespace n on n.oid = c.relnamespace
    cross join (values ('select'), ('update'), ('delete')) as v (verb)
  where r.rolname like 'gpuaas\\_%' and c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname in ('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications')
    and not has_table_privilege(r.oid, c.oid, v.verb)
    -- To read what every service may read of its own, and what names no tenant, is no guard's business.
    and (v.verb <> 'select' or not has_any_column_privilege(r.oid, c.oid, 'SELECT'))
  order by 1, 2, 3`

const OTHER_RIGHTS = `
  select r.rolname as role, n.nspname as "table", v.verb
  from pg_roles r cross join pg_namespace n cross join (values ('usage'), ('create')) as v (verb)
  where r.rolname in ('gpuaas_iam', 'gpuaas_compute', 'gpuaas_app_platform', 'gpuaas_storage', 'gpuaas_billing', 'gpuaas_notifications')
    and n.nspname in ('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications')
    and not has_schema_privilege(r.oid, n.oid, v.verb) order by 1, 2, 3`

const rightChange = (of: 'table' | 'schema', { role, table, verb }: RightRow): Change => ({
  ...{ guard: 'right', coordinate: `${role} on ${table}`, change: `${verb} granted` },
  sql: `grant ${verb} on ${of} ${table} to ${role}`,
})

/** Everything in the catalogue that keeps tenants and services apart, each taken out by one statement. */
const changesIn = async (client: Client): Promise<readonly Change[]> => {
  const ask = async <T extends object>(sql: string) => (await client.query<T>(sql)).rows
  return [
    ...(await ask<PolicyRow>(POLICIES)).flatMap(policyChanges),
    ...(await ask<TableRow>(FORCED)).map((row) => flagChanges(row, 'no force')),
    ...(await ask<TableRow>(SECURED)).map((row) => flagChanges(row, 'disable')),
    ...(await ask<ConstraintRow>(CONSTRAINTS)).map(constraintChange),
    ...(await ask<RightRow>(MISSING_RIGHTS)).map((row) => rightChange('table', row)),
    ...(await ask<RightRow>(OTHER_RIGHTS)).map((row) => rightChange('schema', row)),
  ]
}

export const databaseMutants = async (
  client: Client,
  bench: Bench,
  checks: readonly Check[],
): Promise<readonly Mutant[]> =>
  (await changesIn(client)).map(({ sql, table, ...mutant }) => ({
    ...mutant,
    noticedBy: () => bench.after(sql, { checks, table }),
  }))
