import { isInterfaceType, type GraphQLObjectType, type GraphQLSchema, type GraphQLUnionType } from 'graphql'
import { isPromise, type Call } from './guard-context.ts'
import type { AnyField } from './guard-fields.ts'
import type { ObjectGuards } from './guard-objects.ts'
import { checkInterface, checkObject, type Representation, type ReferenceCheck } from './representation-check.ts'
import type { Rules } from './rule.ts'
import { catalogued } from '../platform/errors/catalogue.ts'

type ReferenceResolver = (reference: Representation, context: unknown, info: Call['info']) => unknown

export interface EntityGuardParts {
  readonly entities: AnyField
  readonly union: GraphQLUnionType
  readonly schema: GraphQLSchema
  readonly rules: Rules
  readonly guards: ObjectGuards
}

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

const asError = (fault: unknown): Error => (fault instanceof Error ? fault : new Error(String(fault)))

/**
 * Guards entity resolution, where a guard on root fields alone leaks (authorization.md). Each representation is
 * decided before its `__resolveReference` runs, and the object once more after it; a denied or failing one becomes
 * null with its error, the rest resolve. Interfaces are resolved by @apollo/subgraph: decided before by what their
 * types have in common, after by concrete type.
 */
export const guardEntities = ({ entities, union, schema, rules, guards }: EntityGuardParts): void => {
  const typeNames = new WeakMap<object, string>()
  const resolveInterfaces = entities.resolve
  const guardAny = guards(union)
  const resolvers = new Map(
    union.getTypes().map((type) => [
      type.name,
      {
        check: checkObject(type, rules),
        resolve: referenceResolver(type),
        guard: guards(type),
      },
    ]),
  )
  const interfaces = new Map(
    Object.values(schema.getTypeMap())
      .filter(isInterfaceType)
      .map((type) => [type.name, checkInterface(type, schema.getPossibleTypes(type), rules)]),
  )

  const resolveType = union.resolveType
  union.resolveType = (value: unknown, context, info, type) =>
    (isRecord(value) ? typeNames.get(value) : undefined) ?? resolveType?.(value, context, info, type)

  const named = (value: unknown, name: string): unknown => {
    if (typeof value === 'object' && value !== null) typeNames.set(value, name)
    return value
  }

  const resolveInterface = (reference: Representation, check: ReferenceCheck, call: Call): unknown => {
    const denial = check(reference, call)
    if (denial !== undefined) return denial
    const resolved: unknown = resolveInterfaces?.({}, { representations: [reference] }, call.context, call.info)
    const value: unknown = Array.isArray(resolved) ? resolved[0] : undefined
    return guardAny === undefined ? value : guardAny(value, call)
  }

  const resolveOne = (reference: Representation, call: Call): unknown => {
    const { __typename: name } = reference
    if (typeof name !== 'string') return catalogued('INVALID_INPUT')
    const known = resolvers.get(name)
    if (known === undefined) {
      const check = interfaces.get(name)
      return check === undefined ? catalogued('INVALID_INPUT') : resolveInterface(reference, check, call)
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
        return isRecord(reference) ? resolveOne(reference, { context, info }) : catalogued('INVALID_INPUT')
      } catch (fault) {
        return asError(fault)
      }
    })
  }
}
