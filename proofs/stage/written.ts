import type { Client } from 'pg'

/** What is in the tables: equal before and after for whatever wrote nothing. */
export type Fingerprint = string

const TABLES = `
  select n.nspname || '.' || c.relname as name,
         exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'result' and not a.attisdropped) as has_result
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname in ('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications', 'graphile_worker')
    and c.relname not like '%denial%' and c.relname not in ('migrations')
  order by 1`

/**
 * Counts every row and finds the youngest in every table of every domain, jobs included. Records of denials are left
 * out: they are what a denied mutation is to leave.
 */
export const fingerprints = async (owner: Client): Promise<() => Promise<Fingerprint>> => {
  const { rows } = await owner.query<{ name: string; has_result: boolean }>(TABLES)
  const parts = rows.map(({ name, has_result: hasResult }) => {
    const which = hasResult ? ` where result <> 'DENIED'` : ''
    return `select '${name}' as name, count(*)::int as rows, coalesce(max(xmin::text::bigint), 0)::text as youngest from ${name}${which}`
  })
  const sql = parts.join(' union all ')
  return async () => JSON.stringify((await owner.query(sql)).rows)
}
