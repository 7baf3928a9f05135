import { defaultTypeResolver, type GraphQLAbstractType, type GraphQLTypeResolver } from 'graphql'
import { accessOf, isPromise, type Call } from './guard-context.ts'
import type { ValueGuard } from './guard-objects.ts'
import type { Access } from '../platform/access/access.ts'

type TypeResolver = GraphQLTypeResolver<unknown, unknown>

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/**
 * Guards what an interface or a union may hold: each value by the rule of its concrete type. The type that the guard
 * saw is the type that the executor gets: a resolver of types that answers otherwise the second time opens nothing.
 * Replaces the `resolveType` of the type.
 */
export const guardAbstract = (type: GraphQLAbstractType, members: ReadonlyMap<string, ValueGuard>): ValueGuard => {
  const resolveType: TypeResolver = type.resolveType ?? defaultTypeResolver
  const decided = new WeakMap<Access, WeakMap<object, string>>()

  const decidedIn = (call: Call): WeakMap<object, string> => {
    const access = accessOf(call.context)
    const held = decided.get(access) ?? new WeakMap<object, string>()
    decided.set(access, held)
    return held
  }

  type.resolveType = (value, context, info, abstract) => {
    const known = isObject(value) ? decidedIn({ context, info }).get(value) : undefined
    return known ?? resolveType(value, context, info, abstract)
  }

  return (value, call) => {
    const pass = (name: string | undefined): unknown => {
      if (name === undefined) return value
      if (isObject(value)) decidedIn(call).set(value, name)
      return members.get(name)?.(value, call) ?? value
    }
    const name = resolveType(value, call.context, call.info, type)
    return isPromise(name) ? Promise.resolve(name).then(pass) : pass(name)
  }
}
