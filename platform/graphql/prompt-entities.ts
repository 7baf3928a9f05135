import { isObjectType, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql'
import { isPromise } from './execution/execution.ts'

type Reference = Readonly<Record<string, unknown>>
type ResolveReference = (reference: Reference, context: unknown, info: GraphQLResolveInfo) => unknown

/**
 * Has `_entities` of a schema that @apollo/subgraph built answered at once wherever the references are: its own
 * resolver makes a promise of each entity, which then costs more than the rest of its answer. A reference that fails
 * fails alone. Interfaces stay with @apollo/subgraph. Returns the schema, changed.
 */
export const withPromptEntities = (schema: GraphQLSchema): GraphQLSchema => {
  const entities = schema.getQueryType()?.getFields()['_entities']
  const byApollo = entities?.resolve
  if (!entities || !byApollo) return schema
  const resolvers = new Map<unknown, ResolveReference>(
    Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .map((type) => [type.name, referenceResolver(type.extensions)]),
  )
  entities.resolve = (source: unknown, { representations }: { representations: readonly Reference[] }, context, info) =>
    representations.map((reference) => {
      const { __typename: name } = reference
      const resolve = resolvers.get(name)
      try {
        if (!resolve) return first(byApollo(source, { representations: [reference] }, context, info))
        const value = resolve(reference, context, info)
        return isPromise(value) ? namedLater(value, name) : named(value, name)
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error))
      }
    })
  return schema
}

/** Where @apollo/subgraph keeps `__resolveReference`; a type without one is what its reference says. */
const referenceResolver = ({ apollo }: Readonly<Record<string, unknown>>): ResolveReference => {
  const { subgraph } = (apollo ?? {}) as { subgraph?: { resolveReference?: ResolveReference } } // its own extension
  return subgraph?.resolveReference ?? ((reference) => reference)
}

const first = (resolved: unknown): unknown => (Array.isArray(resolved) ? resolved[0] : resolved)

const namedLater = (value: PromiseLike<unknown>, name: unknown): PromiseLike<unknown> =>
  value.then((later) => named(later, name))

/** Tells `_Entity` of which type it is, as @apollo/subgraph does: data that holds another name is left as it is. */
const named = (value: unknown, name: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const { __typename: present } = value as Reference // any object may be asked
  if (present === name) return value
  if (present !== undefined || !Object.isExtensible(value)) return { ...value, __typename: name }
  return Object.defineProperty(value, '__typename', { value: name })
}
