import type { GraphQLResolveInfo } from 'graphql'
import type { Access } from '../platform/access/access.ts'

/** What enforcement needs of a resolver's context. */
export interface GuardedContext {
  readonly access: Access
}

/** What a resolver is called with besides its source and arguments. */
export interface Call {
  readonly context: unknown
  readonly info: GraphQLResolveInfo
}

export type MaybePromise<T> = T | Promise<T>

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Goes on with a value, at once where it is at hand. */
export const after = <T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  value instanceof Promise ? value.then(next) : next(value)

const hasAccess = (context: unknown): context is GuardedContext =>
  typeof context === 'object' && context !== null && 'access' in context && typeof context.access === 'object'

/** The authorization of the operation. An operation that was started without one gets nothing. */
export const accessOf = (context: unknown): Access => {
  if (!hasAccess(context)) throw new Error('An enforced schema was executed without `access` in its context.')
  return context.access
}
