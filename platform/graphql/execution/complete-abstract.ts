import {
  defaultTypeResolver,
  GraphQLError,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { isPromise } from './execution.ts'
import { infoOf, type Complete, type CompiledField } from './run-field.ts'

/** Completes a value by the type that it turns out to have; each type is compiled when it first comes. */
export const completeAbstract = (
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  compile: (concrete: GraphQLObjectType) => Complete,
): Complete => {
  const byName = new Map<string, Complete>()
  const completeOf = (typename: unknown, field: CompiledField): Complete => {
    const known = typeof typename === 'string' ? byName.get(typename) : undefined
    if (known) return known
    const concrete = concreteType(schema, type, typename, field)
    const made = compile(concrete)
    byName.set(concrete.name, made)
    return made
  }
  const completeResolved: Complete = (value, execution, field, path) => {
    const resolveType = type.resolveType ?? defaultTypeResolver
    const info = infoOf(execution, field, path)
    const resolved: unknown = resolveType(value, execution.contextValue, info, type)
    return isPromise(resolved)
      ? Promise.resolve(resolved.then((name) => completeOf(name, field)(value, execution, field, path)))
      : completeOf(resolved, field)(value, execution, field, path)
  }
  return (value, execution, field, path) => {
    if (value instanceof Error) throw value
    if (value === null || value === undefined) return null
    const typename = type.resolveType ? undefined : ownTypename(value)
    return typename === undefined
      ? completeResolved(value, execution, field, path)
      : completeOf(typename, field)(value, execution, field, path)
  }
}

/** What graphql-js's own resolver of types asks a value first. */
const ownTypename = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const { __typename: name } = value as { readonly __typename?: unknown } // any object may be asked
  return typeof name === 'string' ? name : undefined
}

const concreteType = (
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  typename: unknown,
  { parentType, definition, nodes }: CompiledField,
): GraphQLObjectType => {
  const place = `field "${parentType.name}.${definition.name}"`
  if (typeof typename !== 'string') {
    throw new GraphQLError(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for ${place}. Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
      { nodes },
    )
  }
  const concrete = schema.getType(typename)
  if (!isObjectType(concrete) || !schema.isSubType(type, concrete)) {
    throw new GraphQLError(`Runtime Object type "${typename}" is not a possible type for "${type.name}".`, { nodes })
  }
  return concrete
}
