import {
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql'
import { accessOf, after, isPromise, type Call, type MaybePromise } from './guard-context.ts'
import { guardAbstract } from './guard-abstract.ts'
import { scopeFieldOf, type Rules } from './rule.ts'
import { errorOf, isGuarded, verdictOfObject } from './verdict.ts'
import { asIdText, type IdText } from '../platform/access/scope-ids.ts'

/** Lets a resolved value pass, or puts the error of its denial in its place: the executor makes null of it. */
export type ValueGuard = (value: unknown, call: Call) => unknown

/** Reads the id that carries the scope of an object. */
export type ScopeReader = (source: unknown, call: Call) => MaybePromise<IdText | undefined>

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const collect = async (items: AsyncIterable<unknown>): Promise<readonly unknown[]> => {
  const collected: unknown[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/**
 * Reads a field of an object as its resolver does, unguarded. Made before fields are wrapped, so that reading a scope
 * never asks for permission itself.
 */
export const scopeReader = (type: GraphQLObjectType, fieldName: string): ScopeReader => {
  const field = type.getFields()[fieldName]
  const resolve = field?.resolve
  return (source, { context, info }) => {
    if (typeof source !== 'object' || source === null) return undefined
    if (field === undefined || resolve === undefined) return asIdText(Reflect.get(source, fieldName))
    const value: unknown = resolve(source, {}, context, {
      ...info,
      fieldName,
      parentType: type,
      returnType: field.type,
    })
    return isPromise(value) ? Promise.resolve(value).then(asIdText) : asIdText(value)
  }
}

const guardObject = (type: GraphQLObjectType, rules: Rules): ValueGuard | undefined => {
  const checks = (rules.get(type.name)?.scopes ?? []).filter(isGuarded).map((scope) => {
    const argument = scopeFieldOf(scope)
    const readsId = scope.kind !== 'platform' && Object.hasOwn(type.getFields(), argument)
    const read: ScopeReader = readsId ? scopeReader(type, argument) : () => undefined
    return (value: unknown, call: Call): MaybePromise<Error | undefined> =>
      after(read(value, call), (id) => {
        const verdict = verdictOfObject(scope, id, accessOf(call.context))
        return verdict.allowed ? undefined : errorOf(verdict, argument)
      })
  })
  if (checks.length === 0) return undefined
  return (value, call) =>
    checks.reduce<MaybePromise<unknown>>(
      (passed, check) =>
        after(passed, (held) => (held instanceof Error ? held : after(check(value, call), (denial) => denial ?? held))),
      value,
    )
}

/** A fault while one element is decided is that element's. */
const guardElement = (guard: ValueGuard, item: unknown, call: Call): unknown => {
  try {
    return guard(item, call)
  } catch (fault) {
    return fault instanceof Error ? fault : new Error(String(fault))
  }
}

/** Makes the guards of the objects that fields return. Before any field is wrapped. */
export const objectGuards = (schema: GraphQLSchema, rules: Rules): ObjectGuards => {
  const ofObjects = new Map<string, ValueGuard>()
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const guard = guardObject(type, rules)
    if (guard !== undefined) ofObjects.set(type.name, guard)
  }

  // One guard for each abstract type: it replaces the resolver of that type.
  const ofAbstract = new Map(
    Object.values(schema.getTypeMap())
      .filter(isAbstractType)
      .filter((type) => schema.getPossibleTypes(type).some(({ name }) => ofObjects.has(name)))
      .map((type) => [type.name, guardAbstract(type, ofObjects)]),
  )
  const guardNamed = (type: GraphQLOutputType): ValueGuard | undefined =>
    isObjectType(type) ? ofObjects.get(type.name) : isAbstractType(type) ? ofAbstract.get(type.name) : undefined

  const forType: ObjectGuards = (type) => {
    if (isNonNullType(type)) return forType(type.ofType)
    const inner = isListType(type) ? forType(type.ofType) : guardNamed(type)
    if (inner === undefined) return undefined
    const guard: ValueGuard = (value, call) => {
      if (value === null || value === undefined || value instanceof Error) return value
      if (isPromise(value)) return Promise.resolve(value).then((settled) => guard(settled, call))
      if (!isListType(type)) return inner(value, call)
      if (isIterable(value)) return Array.from(value, (item) => guardElement(inner, item, call))
      if (isAsyncIterable(value)) return collect(value).then((items) => guard(items, call))
      return value
    }
    return guard
  }

  return forType
}

/** The guard of what a type may hold; undefined where none of it is guarded. */
export type ObjectGuards = (type: GraphQLOutputType) => ValueGuard | undefined
