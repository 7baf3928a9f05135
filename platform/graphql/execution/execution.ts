import type { GraphQLError, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode } from 'graphql'

/** A place in the answer; linked upwards, so that nothing is copied while nothing goes wrong. */
export interface Path {
  readonly prev: Path | undefined
  readonly key: string | number
  readonly typename: string | undefined
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
  readonly #nulled = new Set<Path | undefined>()

  add(error: GraphQLError, path: Path | undefined): void {
    for (let at = path; at !== undefined; at = at.prev) if (this.#nulled.has(at)) return
    if (this.#nulled.has(undefined)) return
    this.#nulled.add(path)
    this.list.push(error)
  }
}

export const pathToArray = (path: Path | undefined): (string | number)[] => {
  const keys: (string | number)[] = []
  for (let at = path; at !== undefined; at = at.prev) keys.push(at.key)
  return keys.reverse()
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
