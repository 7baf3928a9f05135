import { defaultFieldResolver, isNonNullType, type GraphQLFieldResolver } from 'graphql'
import type { FieldDenial } from './field-denial.ts'
import { accessOf, after, type Call, type MaybePromise } from './guard-context.ts'
import type { AnyField, FieldCheck } from './guard-fields.ts'
import type { MutationDenials } from './guard-mutation.ts'
import type { ValueGuard } from './guard-objects.ts'
import { openedSubscriptions } from './subscription-review.ts'
import type { Access } from '../platform/access/access.ts'

type AnyResolver = GraphQLFieldResolver<unknown, unknown>

/** What stands before and after a field's resolver. */
export interface FieldGuards {
  readonly field: AnyField
  readonly check: FieldCheck | undefined
  readonly value: ValueGuard | undefined
  /** Told of each denial, where audit wants to know of it. */
  readonly onDenied: ((denial: FieldDenial, access: Access) => void) | undefined
}

const guardResolver =
  (inner: AnyResolver, { check, value: guard, onDenied }: Omit<FieldGuards, 'field'>): AnyResolver =>
  (source, values, context, info) => {
    const call: Call = { context, info }
    const run = (): unknown => {
      const value: unknown = inner(source, values, context, info)
      return guard === undefined ? value : guard(value, call)
    }
    if (check === undefined) return run()
    return after(check(source, values, call), (denial) => {
      if (denial === undefined) return run()
      onDenied?.(denial, accessOf(context))
      throw denial.error
    })
  }

/** Wraps a field: its own rule before its resolver, the rules of the objects it returns after it. */
export const guardField = (guards: FieldGuards): void => {
  const { field, check, value } = guards
  if (check === undefined && value === undefined) return
  field.resolve = guardResolver(field.resolve ?? defaultFieldResolver, guards)
}

/** Wraps a field of a mutation: it runs when no field of the whole is denied, and decides itself again at its turn. */
export const guardMutationField = (guards: FieldGuards, decide: (call: Call) => Promise<MutationDenials>): void => {
  const { field } = guards
  const guarded = guardResolver(field.resolve ?? defaultFieldResolver, guards)
  field.resolve = async (source, values, context, info) => {
    const denials = await decide({ context, info })
    const [first] = denials.values()
    if (first === undefined) return guarded(source, values, context, info)
    const own = denials.get(String(info.path.key))
    // A field that may run does not, because another may not: null without an error of its own, where it can be null.
    if (own === undefined && !isNonNullType(info.returnType)) return null
    throw (own ?? first).error
  }
}

/** Wraps a subscription: decided when it begins, at each event, and whenever it is reviewed (`reviewSubscription`). */
export const guardSubscriptionField = (guards: FieldGuards): void => {
  guardField(guards)
  const { field, check } = guards
  const { subscribe } = field
  if (check === undefined || subscribe === undefined) return
  const begin = guardResolver(subscribe, { ...guards, value: undefined })
  field.subscribe = (source, values, context, info): MaybePromise<unknown> => {
    openedSubscriptions.set(context, (anew) => check(source, values, { context: anew, info }))
    return begin(source, values, context, info)
  }
}
