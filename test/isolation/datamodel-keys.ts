import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'

/** A key of a table, or the columns by which it refers to another, in order. */
interface TableKeys {
  readonly table: string
  readonly primary: readonly string[]
  readonly links: readonly {
    readonly columns: readonly string[]
    readonly to: string
    readonly of: readonly string[]
  }[]
}

const FOLDER = join(import.meta.dirname, '../../prisma/schema')
const MODEL = /^model (\w+) \{\n([\s\S]*?)^\}/gm
const RELATION = /^\s+\w+\s+(\w+)\??\s+@relation\(.*fields: \[([^\]]+)\], references: \[([^\]]+)\]/gm

const listed = (text: string): readonly string[] => text.split(',').map((name) => name.trim())

const captured = (body: string, pattern: RegExp): string => pattern.exec(body)?.[1] ?? ''

interface Model {
  readonly table: string
  readonly body: string
  readonly columnOf: (field: string) => string
}

const modelOf = (body: string): Model => ({
  table: `${captured(body, /@@schema\("(\w+)"\)/)}.${captured(body, /@@map\("(\w+)"\)/)}`,
  body,
  columnOf: (field) => captured(body, new RegExp(`^\\s+${field}\\s.*@map\\("(\\w+)"\\)`, 'm')) || field,
})

const keysOf = ({ table, body, columnOf }: Model, models: ReadonlyMap<string, Model>): TableKeys => {
  const composite = captured(body, /@@id\(\[([^\]]+)\]/)
  return {
    table,
    primary: listed(composite === '' ? captured(body, /^\s+(\w+)\s.*@id\b/m) : composite).map(columnOf),
    links: [...body.matchAll(RELATION)].flatMap(([, other = '', fields = '', references = '']) => {
      const parent = models.get(other)
      if (parent === undefined) return []
      return [{ columns: listed(fields).map(columnOf), to: parent.table, of: listed(references).map(parent.columnOf) }]
    }),
  }
}

/** The keys and references that the datamodel promises. */
export const readDatamodelKeys = async (): Promise<readonly TableKeys[]> => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.prisma'))
  const text = (await Promise.all(files.map((name) => readFile(join(FOLDER, name), 'utf8')))).join('\n')
  const models = new Map([...text.matchAll(MODEL)].map(([, name = '', body = '']) => [name, modelOf(body)]))
  return [...models.values()].map((model) => keysOf(model, models))
}

const CONSTRAINTS = `
  select format('%s %s (%s)%s', p.contype, p.conrelid::regclass,
    (select string_agg(a.attname, ', ' order by k.position) from unnest(p.conkey) with ordinality as k (attnum, position)
      join pg_attribute a on a.attrelid = p.conrelid and a.attnum = k.attnum),
    case when p.contype = 'f' then format(' to %s (%s)', p.confrelid::regclass,
      (select string_agg(a.attname, ', ' order by k.position) from unnest(p.confkey) with ordinality as k (attnum, position)
        join pg_attribute a on a.attrelid = p.confrelid and a.attnum = k.attnum)) end) as held
  from pg_constraint p where p.contype in ('p', 'f') and p.conrelid <> 0 and p.convalidated`

/** What the database lacks of them: one sentence each, the table first; empty when it has them all. */
export const missingKeys = async (client: Client, keys: readonly TableKeys[]): Promise<readonly string[]> => {
  const { rows } = await client.query<{ held: string }>(CONSTRAINTS)
  const held = new Set(rows.map((row) => row.held))
  return keys.flatMap(({ table, primary, links }) => [
    ...(held.has(`p ${table} (${primary.join(', ')})`)
      ? []
      : [`${table}: its primary key is not (${primary.join(', ')})`]),
    ...links
      .map(({ columns, to, of }) => `(${columns.join(', ')}) to ${to} (${of.join(', ')})`)
      .filter((link) => !held.has(`f ${table} ${link}`))
      .map((link) => `${table}: no foreign key ${link}`),
  ])
}
