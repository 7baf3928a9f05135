import { isEnumType, isNonNullType, isScalarType, type GraphQLLeafType, type GraphQLOutputType } from 'graphql'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { quote } from './quote.ts'
import { NULL, WRITTEN, type Outcome, type Write, type Writing } from './writing.ts'

/** The JSON of a leaf value, or undefined where the value is not one of the type. */
type Serialize = (value: unknown) => string | undefined

const MAX_INT = 2 ** 31 - 1
const MIN_INT = -(2 ** 31)

const BUILT_IN: ReadonlyMap<string, Serialize> = new Map<string, Serialize>([
  [
    'Int',
    (value) =>
      typeof value === 'number' && Number.isInteger(value) && value <= MAX_INT && value >= MIN_INT
        ? String(value)
        : undefined,
  ],
  ['Float', (value) => (typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined)],
  ['String', (value) => (typeof value === 'string' ? quote(value) : undefined)],
  ['Boolean', (value) => (value === true ? 'true' : value === false ? 'false' : undefined)],
  [
    'ID',
    (value) =>
      typeof value === 'string' ? quote(value) : Number.isSafeInteger(value) ? `"${String(value)}"` : undefined,
  ],
])

/** Writes values of a scalar or enum. Custom scalars were serialized by the subgraph that owns them. */
export const writeLeaf = (type: GraphQLLeafType): Write => {
  const serialize = serializerOf(type)
  return (value, writing) => {
    if (value === null || value === undefined) return NULL
    const serialized = serialize(value)
    if (serialized === undefined) return misfit(writing)
    writing.text += serialized
    return WRITTEN
  }
}

/** Whether any text is a value of the type. */
export const takesTexts = (type: GraphQLOutputType): boolean =>
  isNonNullType(type) ? takesTexts(type.ofType) : isScalarType(type) && (type.name === 'String' || type.name === 'ID')

/** A value that is none of its type is null, and that is an error. */
export const misfit = ({ findings }: Writing): Outcome => {
  findings.push({ path: [], error: catalogued('SUBGRAPH_INVALID_RESPONSE'), isConsequence: false })
  return NULL
}

const serializerOf = (type: GraphQLLeafType): Serialize => {
  if (!isEnumType(type)) return BUILT_IN.get(type.name) ?? custom
  const names = new Map<unknown, string>(type.getValues().map(({ name }) => [name, `"${name}"`]))
  return (value) => names.get(value)
}

/** In process any value may come; one that has no JSON is no value of any scalar. */
const custom: Serialize = (value) => {
  if (typeof value === 'string') return quote(value)
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
