import type { GraphQLSchema } from 'graphql'
import { runCancellable } from '../../platform/cancellation/cancellation.ts'
import { compiledExecution } from '../../platform/graphql/execution/compile-document.ts'
import { isPromise } from '../../platform/graphql/execution/execution.ts'
import { withDeadline } from './deadline.ts'
import { subscribeInProcess } from './in-process-subscription.ts'
import { OperationWork } from './operation-work.ts'
import type { RequestContext, SubgraphResult, SubgraphTransport } from './transport.ts'

export interface InProcessSubgraph {
  readonly name: string
  readonly schema: GraphQLSchema
  /** The resolvers' context of one operation; all its fetches share it, loaders included. Throws to refuse the fetch. */
  readonly context: (request: RequestContext) => object | Promise<object>
  readonly timeoutMs: number
}

/**
 * Calls a subgraph of this process: documents were parsed when the plan was made and are compiled when they are first
 * executed, data passes as objects. What is answered at once is not waited for with a timer.
 */
export const inProcessTransport = (subgraph: InProcessSubgraph): SubgraphTransport => {
  const workOf = operationWork(subgraph)
  const run = compiledExecution(subgraph.schema)
  return {
    execute: ({ document }, variableValues, request): SubgraphResult | Promise<SubgraphResult> => {
      try {
        const work = workOf(request)
        const { context, cancellation } = work
        const answer = runCancellable(cancellation, () =>
          isPromise(context)
            ? Promise.resolve(context).then((contextValue) => run({ document, variableValues, contextValue }))
            : run({ document, variableValues, contextValue: context }),
        )
        return isPromise(answer) ? withDeadline(answer, subgraph.timeoutMs, request.cancellation, work) : answer
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)))
      }
    },
    subscribe: (fetch, variables, request) =>
      subscribeInProcess(subgraph, run, (asked) => workOf(asked).context, fetch, variables, request),
    close: () => Promise.resolve(),
  }
}

export type ContextOf = (request: RequestContext) => object | Promise<object>

type Work = OperationWork<object | Promise<object>>

/** One context for each operation and subgraph, kept in the operation's own state with the work that shares it. */
const operationWork = (subgraph: InProcessSubgraph): ((request: RequestContext) => Work) => {
  return (request) => {
    const present = request.state.get(subgraph)
    if (present !== undefined) return present as Work // only this function writes under this key
    const made = new OperationWork(subgraph.context(request))
    request.state.set(subgraph, made)
    return made
  }
}
