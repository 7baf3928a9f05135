import type { Client } from 'pg'
import { catalogueFindings } from '../../test/isolation/catalogue.ts'
import { linksOfTheDatamodel, missingLinks } from './links.ts'
import type { Mutant } from './mutant.ts'

const DOMAINS = `('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications')`

/** Each policy, each forced row-level security, each key and foreign key that carries a tenant, as the statement that removes it. */
const REMOVALS = `
  with tables as (
    select c.oid, c.oid::regclass::text as title, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'project_id' and a.attnotnull) as owned
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ${DOMAINS}
  )
  select 'policy' as kind, title || '.' || p.polname as name, format('drop policy %I on %s', p.polname, title) as statement
  from tables t join pg_policy p on p.polrelid = t.oid where t.owned and p.polname = 'tenant'
  union all
  select 'row-level security', title, format('alter table %s disable row level security', title) from tables where owned and secured
  union all
  select 'force of row-level security', title, format('alter table %s no force row level security', title) from tables where owned and forced
  union all
  select case f.contype when 'p' then 'composite key' else 'composite foreign key' end, title || '.' || f.conname,
         format('alter table %s drop constraint %I cascade', title, f.conname)
  from tables t join pg_constraint f on f.conrelid = t.oid and f.conparentid = 0
  where t.owned and f.contype in ('p', 'f')
  order by 1, 2`

/** Removes each guard of the database in a transaction that is rolled back, and looks whether the catalogue's rules find it. */
export const databaseMutants = async (
  owner: Client,
  choose: <T>(removals: readonly T[]) => readonly T[],
): Promise<readonly Mutant[]> => {
  const before = new Set(await catalogueFindings(owner))
  const wanted = await linksOfTheDatamodel()
  const { rows } = await owner.query<{ kind: string; name: string; statement: string }>(REMOVALS)
  const mutants: Mutant[] = []
  for (const { kind, name, statement } of choose(rows)) {
    await owner.query('begin')
    try {
      await owner.query(statement)
      const found = (await catalogueFindings(owner)).find((finding) => !before.has(finding))
      const [link] = await missingLinks(owner, wanted)
      mutants.push({
        ...{ kind, name },
        noticedBy: found === undefined ? link && `datamodel: ${link} is not in the database` : `catalogue: ${found}`,
      })
    } finally {
      await owner.query('rollback')
    }
  }
  return mutants
}
