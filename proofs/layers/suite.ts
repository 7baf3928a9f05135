import type { Client } from 'pg'
import { argumentValues, thingNamed, type ValueSource } from '../matrix/values.ts'
import type { ModelField } from '../model/rule.ts'
import { valueAt } from '../stage/answer.ts'
import { TARGET } from '../stage/arrangement.ts'

/** A foreign read or write: it succeeds only where no layer stands. */
export interface Intrusion {
  readonly coordinate: string
  readonly query: string
  readonly variables: () => Readonly<Record<string, unknown>>
  /** Whether an answer holds what was read of the victim's. Of a write: never, and the tables tell. */
  readonly holdsForeign: (data: unknown) => boolean
}

// `ltx_`, and the whole characters of base64url that the 16 bytes of the owner fill.
const OWNER_END = 25

/** An account is its organization: its id is written without a read. What is read is its ledger. */
const LEDGER = {
  selection: 'ledger(first: 1) { edges { node { id } } }',
  path: ['it', 'ledger', 'edges', 0, 'node', 'id'],
}

const evidenceOf = (type: string, coordinate: string, source: ValueSource) => {
  const transaction = source.target.get('LedgerTransaction')?.key.slice(0, OWNER_END)
  if (type === 'BillingAccount' && transaction !== undefined) {
    const isForeign = (value: unknown): boolean => typeof value === 'string' && value.startsWith(transaction)
    return { selection: LEDGER.selection, holdsForeign: (data: unknown) => isForeign(valueAt(data, LEDGER.path)) }
  }
  const { key } = thingNamed(source, 'id', coordinate, type)
  return { selection: 'id', holdsForeign: (data: unknown) => valueAt(data, ['it', 'id']) === key }
}

/** Writes that are refused for their state alone show nothing; these change something whenever they may. */
const WRITES = ['createBucket', 'createApp', 'createEnvironment', 'revokeStorageGrant']

const isScoped = ({ rules }: ModelField): boolean =>
  rules.some(({ kind, path }) => (kind === 'project' || kind === 'organization') && path !== undefined)

/** Every root field that reads one thing by an id, and a few that write, of each domain that has them. */
export const intrusions = (source: ValueSource): readonly Intrusion[] => {
  const { types, roots } = source.graph
  const reads = [...(types.get(roots.query)?.fields.values() ?? [])].filter(
    (field) => isScoped(field) && types.get(field.type)?.fields.has('id') === true && source.target.has(field.type),
  )
  const writes = [...(types.get(roots.mutation)?.fields.values() ?? [])].filter(({ name }) => WRITES.includes(name))
  const intrusion = (operation: 'query' | 'mutation', field: ModelField): Intrusion => {
    const coordinate = `${operation === 'query' ? roots.query : roots.mutation}.${field.name}`
    const scopePaths = field.rules.flatMap(({ path }) => (path === undefined ? [] : [path]))
    const wanted = { coordinate, returns: field.type, scopePaths }
    const variables = () => argumentValues(field.inputs, source, wanted)
    const names = Object.keys(variables())
    const used = field.inputs.filter(({ name }) => names.includes(name))
    const declared = used.map(({ name, type }) => `$${name}: ${type}`).join(', ')
    const passed = used.map(({ name }) => `${name}: $${name}`).join(', ')
    const { selection, holdsForeign } =
      operation === 'query'
        ? evidenceOf(field.type, coordinate, source)
        : { selection: '__typename', holdsForeign: () => false }
    return {
      coordinate,
      query: `${operation} Intrusion(${declared}) { it: ${field.name}(${passed}) { ${selection} } }`,
      variables,
      holdsForeign,
    }
  }
  return [...reads.map((field) => intrusion('query', field)), ...writes.map((field) => intrusion('mutation', field))]
}

const OWNED = `
  select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname in ('iam', 'compute', 'app_platform', 'storage', 'billing') and c.relname not in ('audit_log', 'outbox')
  order by 1`

/** What stands in the tables of the victim's organization. */
export const victimsRows = async (owner: Client): Promise<() => Promise<string>> => {
  const { rows } = await owner.query<{ name: string }>(OWNED)
  const sql = rows
    .map(
      ({ name }) =>
        `select '${name}' as name, count(*)::int as rows, coalesce(max(xmin::text::bigint), 0)::text as youngest from ${name} where org_id = '${TARGET.organization.id}'`,
    )
    .join(' union all ')
  return async () => JSON.stringify((await owner.query(sql)).rows)
}

/** Whether the intruder got there: read the foreign thing, or changed what is the victim's. */
export const succeeded = (of: Intrusion, data: unknown, before: string, after: string): boolean =>
  before !== after || of.holdsForeign(data)
