import { execute, type GraphQLSchema } from 'graphql'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import { withDeadline } from './deadline.ts'
import { subscribeInProcess } from './in-process-subscription.ts'
import type { PreparedFetch, RequestContext, SubgraphResult, SubgraphTransport } from './transport.ts'

export interface InProcessSubgraph {
  readonly name: string
  readonly schema: GraphQLSchema
  /** The resolvers' context of one operation; all its fetches share it, loaders included. Throws to refuse the fetch. */
  readonly context: (request: RequestContext) => object | Promise<object>
  readonly timeoutMs: number
}

/** Calls a subgraph of this process: documents were parsed when the plan was made, data passes as objects. */
export const inProcessTransport = (subgraph: InProcessSubgraph): SubgraphTransport => {
  const contextOf = operationContext(subgraph)
  const run = async (
    { document }: PreparedFetch,
    variableValues: Readonly<Record<string, unknown>>,
    request: RequestContext,
  ): Promise<SubgraphResult> => {
    const contextValue = await contextOf(request)
    return execute({ schema: subgraph.schema, document, variableValues, contextValue })
  }
  return {
    execute: (fetch, variables, request) =>
      withDeadline(run(fetch, variables, request), subgraph.timeoutMs, request.signal, timedOut),
    subscribe: (fetch, variables, request) => subscribeInProcess(subgraph, contextOf, fetch, variables, request),
    close: () => Promise.resolve(),
  }
}

const timedOut = (): CataloguedError => catalogued('SUBGRAPH_TIMEOUT')

export type ContextOf = (request: RequestContext) => object | Promise<object>

/** One context for each operation and subgraph, kept in the operation's own state. */
const operationContext = (subgraph: InProcessSubgraph): ContextOf => {
  return ({ state, ...request }) => {
    const present = state.get(subgraph)
    if (present !== undefined) return present as object // only this function writes under this key
    const made = subgraph.context({ ...request, state })
    state.set(subgraph, made)
    return made
  }
}
