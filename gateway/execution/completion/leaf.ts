import { isEnumType, isNonNullType, isScalarType, type GraphQLLeafType, type GraphQLOutputType } from 'graphql'
import { bytesOf, type JsonBytes } from './json-bytes.ts'
import type { Open } from './write-values.ts'
import { NULL, WRITTEN, type Outcome, type Write, type Writing } from './writing.ts'

/** Adds the JSON of a leaf value; false where the value is not one of the type. */
type WriteValue = (value: unknown, json: JsonBytes) => boolean

const MAX_INT = 2 ** 31 - 1
const MIN_INT = -(2 ** 31)

const TRUE = bytesOf('true')
const FALSE = bytesOf('false')

const BUILT_IN: ReadonlyMap<string, WriteValue> = new Map<string, WriteValue>([
  [
    'Int',
    (value, json) => {
      if (typeof value !== 'number' || !Number.isInteger(value) || value > MAX_INT || value < MIN_INT) return false
      json.addInteger(value)
      return true
    },
  ],
  [
    'Float',
    (value, json) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) return false
      json.addJson(String(value))
      return true
    },
  ],
  ['String', (value, json) => writeString(value, json)],
  [
    'Boolean',
    (value, json) => {
      if (typeof value !== 'boolean') return false
      json.add(value ? TRUE : FALSE)
      return true
    },
  ],
  [
    'ID',
    (value, json) => {
      if (!Number.isSafeInteger(value)) return writeString(value, json)
      json.addJson(`"${String(value)}"`)
      return true
    },
  ],
])

const writeString: WriteValue = (value, json) => {
  if (typeof value !== 'string') return false
  json.addString(value)
  return true
}

/** Writes values of a scalar or enum. Custom scalars were serialized by the subgraph that owns them. */
export const writeLeaf = (type: GraphQLLeafType): Write => {
  const writeValue = writerOf(type)
  return (value, writing) => {
    if (value === null || value === undefined) return NULL
    return writeValue(value, writing.json) ? WRITTEN : misfit(writing)
  }
}

/** Which values are of the type whatever they are. */
export const openTo = (type: GraphQLOutputType): Open | undefined => {
  if (isNonNullType(type)) return openTo(type.ofType)
  if (!isScalarType(type)) return undefined
  return OPEN.get(type.name)
}

const OPEN: ReadonlyMap<string, Open> = new Map<string, Open>([
  ['String', 'texts'],
  ['ID', 'texts'],
  ['Int', 'integers'],
  ['Float', 'integers'],
])

/** A value that is none of its type is null, and that is an error. */
export const misfit = (writing: Writing): Outcome => {
  writing.find({ path: [], error: writing.invalid, isConsequence: false })
  return NULL
}

const writerOf = (type: GraphQLLeafType): WriteValue => {
  if (!isEnumType(type)) return BUILT_IN.get(type.name) ?? writeCustom
  const names = new Map<unknown, Uint8Array>(type.getValues().map(({ name }) => [name, bytesOf(`"${name}"`)]))
  return (value, json) => {
    const name = names.get(value)
    if (name) json.add(name)
    return name !== undefined
  }
}

/** In process any value may come; one that has no JSON is no value of any scalar. */
const writeCustom: WriteValue = (value, json) => {
  if (typeof value === 'string') return writeString(value, json)
  const text = jsonOf(value)
  if (text === undefined) return false
  json.addJson(text)
  return true
}

const jsonOf = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
