import { randomBytes } from 'node:crypto'
import { argumentValues, NoValue, thingNamed, type ValueSource } from '../matrix/values.ts'
import type { ModelField, ModelInput } from '../model/rule.ts'
import { OWNER_CALLER, STRANGER_CALLER, type SentCaller } from '../stage/callers.ts'
import type { Things } from '../stage/things.ts'

/** One place for an id, asked once with a foreign thing and once with each that does not exist. */
export interface Pair {
  /** `Mutation.deployRelease(input.releaseId)`, `Bucket(id) in storage`. */
  readonly place: string
  /** Undefined: through the gateway. */
  readonly subgraph: string | undefined
  readonly caller: SentCaller
  readonly query: string
  readonly foreign: Readonly<Record<string, unknown>>
  readonly nonexistent: readonly Readonly<Record<string, unknown>>[]
}

// `bkt_`; then 16 bytes, or 16 of the owner and 16 of its own.
const PREFIX = 4
const UUID_BYTES = 16

/** A version 7 UUID of now, as every id of this product holds. */
const anyUuid = (): Buffer => {
  const bytes = randomBytes(UUID_BYTES)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes
}

/** Well-formed ids of nothing: of an owner that does not exist, and of the same owner where the id has one. */
export const nobodysIds = (id: string): readonly string[] => {
  const bytes = Buffer.from(id.slice(PREFIX), 'base64url')
  const write = (parts: readonly Buffer[]) => id.slice(0, PREFIX) + Buffer.concat(parts).toString('base64url')
  if (bytes.length === UUID_BYTES) return [write([anyUuid()])]
  return [write([anyUuid(), anyUuid()]), write([bytes.subarray(0, UUID_BYTES), anyUuid()])]
}

/** Where naming somebody of another organization is what the field is for: it says whether there is such an account. */
export const NAMES_OTHERS = ['Mutation.addMember(input.userId)', 'Mutation.addProjectMember(input.userId)']

/** Paths of all id arguments, optional ones included. */
const idPaths = (
  inputs: readonly ModelInput[],
  source: ValueSource,
  path: readonly string[] = [],
): readonly (readonly string[])[] =>
  inputs.flatMap(({ name, type }) => {
    const bare = type.replaceAll(/[[\]!]/g, '')
    if (bare === 'ID') return [[...path, name]]
    const fields = source.graph.inputs.get(bare)
    return fields === undefined ? [] : idPaths(fields, source, [...path, name])
  })

const replaced = (value: unknown, [key, ...rest]: readonly string[], id: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => replaced(item, key === undefined ? [] : [key, ...rest], id))
  if (key === undefined) return id
  const record = Object.fromEntries(Object.entries(typeof value === 'object' && value !== null ? value : {}))
  return { ...record, [key]: replaced(record[key], rest, id) }
}

const withId = (values: Readonly<Record<string, unknown>>, path: readonly string[], id: string) =>
  replaced(values, path, id) as Readonly<Record<string, unknown>> // a record with one of its places replaced

const fieldPairs = (
  operation: string,
  root: string,
  field: ModelField,
  source: ValueSource,
  foreignThings: Things,
): readonly Pair[] => {
  const coordinate = `${root}.${field.name}`
  const scopes = field.rules.flatMap(({ path }) => (path === undefined ? [] : [path]))
  return idPaths(field.inputs, source).flatMap((path): readonly Pair[] => {
    const wanted = { coordinate, returns: field.type, scopePaths: [...scopes, path] }
    const place = `${coordinate}(${path.join('.')})`
    if (NAMES_OTHERS.includes(place)) return []
    const values = argumentValues(field.inputs, source, wanted)
    // The argument of the scope is sent by a stranger; any other by a member, who is let in and names what is foreign.
    const isScope = scopes.length === 0 || scopes.some((scope) => scope.join() === path.join())
    const from = isScope ? source : { ...source, target: foreignThings, neighbour: foreignThings }
    const thing = thingNamed(from, path.at(-1) ?? '', coordinate, field.type)
    const used = field.inputs.filter(({ name }) => Object.hasOwn(values, name))
    const declared = used.map(({ name, type }) => `$${name}: ${type}`).join(', ')
    const passed = used.map(({ name }) => `${name}: $${name}`).join(', ')
    const refusals = source.graph.types.get(field.type)?.fields.has('userErrors')
      ? ' userErrors { code field message }'
      : ''
    const selection = source.graph.types.has(field.type) ? ` { __typename${refusals} }` : ''
    const shared = {
      place,
      caller: isScope ? STRANGER_CALLER : OWNER_CALLER,
      query: `${operation} Same(${declared}) { it: ${field.name}(${passed})${selection} }`,
      foreign: withId(values, path, thing.key),
      nonexistent: nobodysIds(thing.key).map((id) => withId(values, path, id)),
    }
    return [undefined, ...field.subgraphs].map((subgraph) => ({ ...shared, subgraph }))
  })
}

export interface Pairs {
  readonly pairs: readonly Pair[]
  readonly untested: readonly string[]
}

/** Every id argument of every root field, and every entity key of every subgraph. */
export const makePairs = (source: ValueSource, foreignThings: Things): Pairs => {
  const { types, roots } = source.graph
  const pairs: Pair[] = []
  const untested: string[] = []
  const attempt = (make: () => readonly Pair[]): void => {
    try {
      pairs.push(...make())
    } catch (fault) {
      if (!(fault instanceof NoValue)) throw fault
      untested.push(fault.message)
    }
  }
  for (const operation of ['query', 'mutation'] as const) {
    for (const field of types.get(roots[operation])?.fields.values() ?? []) {
      attempt(() => fieldPairs(operation, roots[operation], field, source, foreignThings))
    }
  }
  for (const type of types.values()) {
    for (const { subgraph, fields } of type.keys) {
      if (fields !== 'id') continue // a key that is no id, such as a SKU's code, names no tenant
      attempt(() => {
        const thing = source.target.get(type.name)
        if (thing === undefined) throw new NoValue(`nothing in the world is a ${type.name}`)
        const of = (id: string) => ({ of: [{ __typename: type.name, id }] })
        const query = `query Same($of: [_Any!]!) { _entities(representations: $of) { ... on ${type.name} { id } } }`
        const place = `${type.name}(id) in ${subgraph}`
        const nonexistent = nobodysIds(thing.key).map(of)
        return [{ place, subgraph, caller: STRANGER_CALLER, query, foreign: of(thing.key), nonexistent }]
      })
    }
  }
  return { pairs, untested }
}
