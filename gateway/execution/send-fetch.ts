import type { GraphQLSchema } from 'graphql'
import { CataloguedError } from '../../platform/errors/catalogue.ts'
import type { EdgeMetrics, SubgraphFetch } from '../../platform/metrics/metrics-edge.ts'
import { tracedFetch } from '../../platform/tracing/spans.ts'
import type { Guarding } from '../preflight/guarding.ts'
import type { PreparedFetch, RequestContext, SubgraphResult } from '../transport/transport.ts'
import { isLater, type Prompt } from './later.ts'
import type { OnSubgraphErrors, Run, TransportOf } from './run.ts'
import { faultOf, reasonOfLeaving } from './subgraph-error.ts'

export interface FetchDependencies {
  /** The supergraph's schema with everything that is not part of the API. */
  readonly supergraphSchema: GraphQLSchema
  readonly transportOf: TransportOf
  readonly onSubgraphErrors: OnSubgraphErrors
  readonly metrics: EdgeMetrics | undefined
  /** Undefined where nothing is left to decide while the operation runs. */
  readonly guarding?: Guarding | undefined
}

/** Neither throws nor rejects: whatever a transport may do becomes a result or a catalogued failure. */
export type Send = (run: Run, variables: Record<string, unknown>) => Prompt<Sent>

export type Sent = SubgraphResult | CataloguedError

/** Sends one prepared fetch: traced, measured, its failures told to the log. */
export const sender = (
  prepared: PreparedFetch,
  { transportOf, onSubgraphErrors, metrics }: FetchDependencies,
): Send => {
  const { subgraph } = prepared
  const transport = transportOf(subgraph)

  /** `begun` by `performance.now()`, where it is measured. */
  const measured = <Result extends Sent>(result: Result, begun: number): Result => {
    metrics?.subgraphFetch({ subgraph, outcome: outcomeOf(result), seconds: (performance.now() - begun) / 1000 })
    return result
  }
  const received = (result: SubgraphResult, request: RequestContext, begun: number): Sent => {
    if (result.errors) onSubgraphErrors(subgraph, result.errors, request)
    return measured(result, begun)
  }
  const failed = (error: unknown, request: RequestContext, begun: number): Sent => {
    const fault = faultOf(error)
    onSubgraphErrors(subgraph, [fault], request)
    return measured(fault, begun)
  }
  return ({ request }, variables) => {
    const begun = metrics ? performance.now() : 0
    if (request.cancellation.reason) return measured(reasonOfLeaving(request.cancellation.reason), begun)
    const result = tracedFetch(subgraph, {}, () => transport.execute(prepared, variables, request))
    if (!isLater(result)) return received(result, request, begun)
    return result.then(
      (later) => received(later, request, begun),
      (error: unknown) => failed(error, request, begun),
    )
  }
}

const outcomeOf = (result: Sent): SubgraphFetch['outcome'] => {
  if (!(result instanceof CataloguedError)) return result.errors?.length ? 'errors' : 'ok'
  if (result.code === 'SUBGRAPH_TIMEOUT' || result.code === 'REQUEST_TIMEOUT') return 'timeout'
  return result.code === 'SUBGRAPH_INVALID_RESPONSE' ? 'invalid' : 'unavailable'
}
