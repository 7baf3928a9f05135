import { isEnumType, type GraphQLLeafType } from 'graphql'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import type { Complete } from './completion.ts'

/** The client's form of a leaf value, or undefined where the value is not one of the type. */
type Serialize = (value: unknown) => unknown

const MAX_INT = 2 ** 31 - 1
const MIN_INT = -(2 ** 31)

const BUILT_IN: Readonly<Record<string, Serialize>> = {
  Int: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value <= MAX_INT && value >= MIN_INT ? value : undefined,
  Float: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  String: (value) => (typeof value === 'string' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  ID: (value) => (typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined),
}

/** Completes values of a scalar or enum. Custom scalars were serialized by the subgraph that owns them. */
export const completeLeaf = (type: GraphQLLeafType): Complete => {
  const serialize = serializerOf(type)
  return (value, completion) => {
    if (value === null || value === undefined) return null
    const serialized = serialize(value)
    if (serialized !== undefined) return serialized
    completion.findings.push({ path: [], error: catalogued('SUBGRAPH_INVALID_RESPONSE'), isConsequence: false })
    return null
  }
}

const serializerOf = (type: GraphQLLeafType): Serialize => {
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name))
    return (value) => (typeof value === 'string' && names.has(value) ? value : undefined)
  }
  return BUILT_IN[type.name] ?? ((value) => value)
}
