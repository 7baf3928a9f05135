import type { GraphQLError, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode } from 'graphql'

/**
 * A place in the answer; linked upwards, so that nothing is copied while nothing goes wrong. Made by a constructor:
 * where those of a literal lived long once, V8 puts all that follow where only a full collection frees them.
 */
export class Path {
  readonly prev: Path | undefined
  readonly key: string | number
  readonly typename: string | undefined

  constructor(prev: Path | undefined, key: string | number, typename: string | undefined) {
    this.prev = prev
    this.key = key
    this.typename = typename
  }
}

/** One run of a compiled document. */
export interface Execution {
  readonly schema: GraphQLSchema
  readonly fragments: GraphQLResolveInfo['fragments']
  readonly operation: OperationDefinitionNode
  readonly rootValue: unknown
  readonly contextValue: unknown
  readonly variableValues: Record<string, unknown>
  readonly errors: Errors
}

/** The errors of one run. What happens below a place that is null already is nobody's business (spec 6.4.4). */
export class Errors {
  readonly list: GraphQLError[] = []
  #nulled: Set<Path | undefined> | undefined

  add(error: GraphQLError, path: Path | undefined): void {
    const nulled = (this.#nulled ??= new Set())
    for (let at = path; at !== undefined; at = at.prev) if (nulled.has(at)) return
    if (nulled.has(undefined)) return
    nulled.add(path)
    this.list.push(error)
  }
}

/** Of a place as a resolver is told it, too. */
export const pathToArray = (path: GraphQLResolveInfo['path'] | undefined): (string | number)[] => {
  const keys: (string | number)[] = []
  for (let at = path; at !== undefined; at = at.prev) keys.push(at.key)
  return keys.reverse()
}

/** Whether what a resolver gave has to be waited for. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> => {
  if (typeof value !== 'object' || value === null) return false
  const { then } = value as { readonly then?: unknown } // any object may be asked; reading costs less than `in`
  return typeof then === 'function'
}

/** Whether what completion gave has to be waited for: it makes promises of its own of all that it waits for. */
export const isPending = (value: unknown): value is Promise<unknown> => value instanceof Promise
