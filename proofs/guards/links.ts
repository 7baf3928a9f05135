import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'

/** A foreign key as one line: `storage.grants (org_id, project_id, bucket_id) → storage.buckets`. */
type Link = string

const FOLDER = join(import.meta.dirname, '..', '..', 'prisma', 'schema')
const MODEL = /^model (\w+) \{\n([\s\S]*?)^\}/gm
const RELATION = /^\s+\w+\s+(\w+)\??\s+@relation\((?:"\w+", )?(?:name: "\w+", )?fields: \[([^\]]+)\]/gm

interface Model {
  readonly table: string
  readonly body: string
}

const columnOf = (body: string, field: string): string =>
  new RegExp(`^\\s+${field}\\s.*@map\\("(\\w+)"\\)`, 'm').exec(body)?.[1] ?? field

/** The foreign keys that the datamodel asks for. */
export const linksOfTheDatamodel = async (): Promise<ReadonlySet<Link>> => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.prisma'))
  const text = (await Promise.all(files.map((name) => readFile(join(FOLDER, name), 'utf8')))).join('\n')
  const models = new Map<string, Model>(
    [...text.matchAll(MODEL)].map(([, name = '', body = '']) => {
      const [table = name, schema = ''] = [/@@map\("(\w+)"\)/, /@@schema\("(\w+)"\)/].map((at) => at.exec(body)?.[1])
      return [name, { table: `${schema}.${table}`, body }]
    }),
  )
  const links = [...models.values()].flatMap(({ table, body }) =>
    [...body.matchAll(RELATION)].map(([, parent = '', fields = '']) => {
      const columns = fields.split(',').map((field) => columnOf(body, field.trim()))
      return `${table} (${columns.join(', ')}) → ${models.get(parent)?.table ?? parent}`
    }),
  )
  return new Set(links)
}

const LINKS = `
  select distinct f.conrelid::regclass || ' (' || (
    select string_agg(a.attname, ', ' order by k.position) from unnest(f.conkey) with ordinality as k (attnum, position)
    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum) || ') → ' || f.confrelid::regclass as link
  from pg_constraint f where f.contype = 'f' and f.conparentid = 0`

/** The foreign keys that the datamodel asks for and the database does not have. */
export const missingLinks = async (owner: Client, wanted: ReadonlySet<Link>): Promise<readonly Link[]> => {
  const { rows } = await owner.query<{ link: string }>(LINKS)
  const there = new Set(rows.map(({ link }) => link))
  return [...wanted].filter((link) => !there.has(link))
}
