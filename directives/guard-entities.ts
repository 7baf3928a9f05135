import type { GraphQLObjectType, GraphQLUnionType } from 'graphql'
import { accessOf, isPromise, type Call } from './guard-context.ts'
import type { AnyField } from './guard-fields.ts'
import type { ObjectGuards } from './guard-objects.ts'
import { scopeFieldOf, type Rules } from './rule.ts'
import { errorOf, isGuarded, verdictOf } from './verdict.ts'

type Representation = Readonly<Record<string, unknown>>
type ReferenceResolver = (reference: Representation, context: unknown, info: Call['info']) => unknown

const isRecord = (value: unknown): value is Representation =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isResolver = (value: unknown): value is ReferenceResolver => typeof value === 'function'

/** Where @apollo/subgraph keeps `__resolveReference`. */
const referenceResolver = (type: GraphQLObjectType): ReferenceResolver => {
  const { apollo } = type.extensions
  const subgraph = isRecord(apollo) ? apollo['subgraph'] : undefined
  const resolve = isRecord(subgraph) ? subgraph['resolveReference'] : undefined
  return isResolver(resolve) ? resolve : (reference) => reference
}

/** Decides a representation from its key alone. What came over the wire is text or nothing. */
const checkRepresentation = (type: GraphQLObjectType, rules: Rules) => {
  const scopes = (rules.get(type.name)?.scopes ?? []).filter(isGuarded)
  return (reference: Representation, { context }: Call): Error | undefined => {
    for (const scope of scopes) {
      const field = scopeFieldOf(scope)
      const value = Object.hasOwn(reference, field) ? reference[field] : undefined
      const verdict = verdictOf(scope, typeof value === 'string' ? value : undefined, accessOf(context))
      if (!verdict.allowed) return errorOf(verdict, field)
    }
    return undefined
  }
}

const asError = (fault: unknown): Error => (fault instanceof Error ? fault : new Error(String(fault)))

/**
 * Guards entity resolution, where a guard on root fields alone leaks (authorization.md). Each representation is
 * decided before its `__resolveReference` runs, and the object once more after it; a denied or failing one becomes
 * null with its error, the rest resolve. Interfaces are left to @apollo/subgraph, guarded by concrete type.
 */
export const guardEntities = (
  entities: AnyField,
  union: GraphQLUnionType,
  rules: Rules,
  guards: ObjectGuards,
): void => {
  const typeNames = new WeakMap<object, string>()
  const resolveInterfaces = entities.resolve
  const guardAny = guards(union)
  const resolvers = new Map(
    union
      .getTypes()
      .map((type) => [
        type.name,
        { check: checkRepresentation(type, rules), resolve: referenceResolver(type), guard: guards(type) },
      ]),
  )

  const resolveType = union.resolveType
  union.resolveType = (value: unknown, context, info, type) =>
    (isRecord(value) ? typeNames.get(value) : undefined) ?? resolveType?.(value, context, info, type)

  const named = (value: unknown, name: string): unknown => {
    if (typeof value === 'object' && value !== null) typeNames.set(value, name)
    return value
  }

  const resolveOne = (reference: Representation, call: Call): unknown => {
    const name = reference['__typename']
    const known = typeof name === 'string' ? resolvers.get(name) : undefined
    if (known === undefined || typeof name !== 'string') {
      const resolved: unknown = resolveInterfaces?.({}, { representations: [reference] }, call.context, call.info)
      const value: unknown = Array.isArray(resolved) ? resolved[0] : undefined
      return guardAny === undefined ? value : guardAny(value, call)
    }
    const denial = known.check(reference, call)
    if (denial !== undefined) return denial
    const pass = (value: unknown): unknown => {
      const checked = known.guard === undefined ? value : known.guard(value, call)
      return isPromise(checked)
        ? Promise.resolve(checked).then((settled) => named(settled, name))
        : named(checked, name)
    }
    const value = known.resolve(reference, call.context, call.info)
    return isPromise(value) ? Promise.resolve(value).then(pass) : pass(value)
  }

  entities.resolve = (_source, values: unknown, context, info) => {
    const representations = isRecord(values) ? values['representations'] : undefined
    if (!Array.isArray(representations)) return []
    return representations.map((reference: unknown) => {
      try {
        return isRecord(reference) ? resolveOne(reference, { context, info }) : new Error('Not a representation.')
      } catch (fault) {
        return asError(fault)
      }
    })
  }
}
