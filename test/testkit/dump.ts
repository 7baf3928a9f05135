import type { Client } from 'pg'

/** All that stands in the tables of every schema, as text, bytes in hexadecimal: to search for what must not be there. */
export const dumpOf = async (owner: Client): Promise<string> => {
  const { rows: tables } = await owner.query<{ title: string }>(
    `select format('%I.%I', n.nspname, c.relname) as title from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  )
  const parts: string[] = []
  for (const { title } of tables) {
    const { rows } = await owner.query<{ row: string }>(`select t::text as row from ${title} t`)
    parts.push(title, ...rows.map(({ row }) => row))
  }
  return parts.join('\n')
}
