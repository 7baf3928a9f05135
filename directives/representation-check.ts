import { getNamedType, GraphQLID, type GraphQLInterfaceType, type GraphQLObjectType } from 'graphql'
import { accessOf, type Call } from './guard-context.ts'
import { scopeFieldOf, type Rules } from './rule.ts'
import { errorOf, isGuarded, verdictOf } from './verdict.ts'
import { catalogued } from '../platform/errors/catalogue.ts'

export type Representation = Readonly<Record<string, unknown>>

/** Undefined when a representation may be resolved, else the error that it is denied with. */
export type ReferenceCheck = (reference: Representation, call: Call) => Error | undefined

const isText = (value: unknown): boolean =>
  typeof value === 'string' || value === null || value === undefined || (Array.isArray(value) && value.every(isText))

/**
 * Ids of a representation came over a wire: text, or none. A parsed id is never one of them; guards and resolvers
 * further in may believe one that they meet.
 */
const checkIds = (type: GraphQLObjectType | GraphQLInterfaceType): ReferenceCheck => {
  const ids = Object.values(type.getFields())
    .filter((field) => getNamedType(field.type) === GraphQLID)
    .map(({ name }) => name)
  return (reference) => {
    const odd = ids.find((name) => Object.hasOwn(reference, name) && !isText(reference[name]))
    return odd === undefined ? undefined : catalogued('INVALID_ID', { argument: odd })
  }
}

/** Decides a representation from its key alone. */
const checkScopes = (type: GraphQLObjectType, rules: Rules): ReferenceCheck => {
  const scopes = (rules.get(type.name)?.scopes ?? []).filter(isGuarded)
  return (reference, { context }) => {
    for (const scope of scopes) {
      const field = scopeFieldOf(scope)
      const value = Object.hasOwn(reference, field) ? reference[field] : undefined
      const verdict = verdictOf(scope, typeof value === 'string' ? value : undefined, accessOf(context))
      if (!verdict.allowed) return errorOf(verdict, field)
    }
    return undefined
  }
}

const both =
  (first: ReferenceCheck, second: ReferenceCheck): ReferenceCheck =>
  (reference, call) =>
    first(reference, call) ?? second(reference, call)

export const checkObject = (type: GraphQLObjectType, rules: Rules): ReferenceCheck =>
  both(checkIds(type), checkScopes(type, rules))

/** What an interface resolves to is not known before it is resolved: it must be something that the caller may have. */
export const checkInterface = (
  type: GraphQLInterfaceType,
  possible: readonly GraphQLObjectType[],
  rules: Rules,
): ReferenceCheck => {
  const checks = possible.map((member) => checkScopes(member, rules))
  return both(checkIds(type), (reference, call) => {
    const denials = checks.map((check) => check(reference, call))
    return denials.includes(undefined) ? undefined : denials[0]
  })
}
