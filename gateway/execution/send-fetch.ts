import type { GraphQLSchema } from 'graphql'
import { CataloguedError } from '../../platform/errors/catalogue.ts'
import type { EdgeMetrics, SubgraphFetch } from '../../platform/metrics/metrics-edge.ts'
import { tracedFetch } from '../../platform/tracing/spans.ts'
import type { Guarding } from '../preflight/guarding.ts'
import type { PreparedFetch, SubgraphResult } from '../transport/transport.ts'
import type { OnSubgraphError, Run, TransportOf } from './run.ts'
import { abortReason, faultOf } from './subgraph-error.ts'

export interface FetchDependencies {
  /** The supergraph's schema with everything that is not part of the API. */
  readonly supergraphSchema: GraphQLSchema
  readonly transportOf: TransportOf
  readonly onSubgraphError: OnSubgraphError
  readonly metrics: EdgeMetrics | undefined
  /** Undefined where nothing is left to decide while the operation runs. */
  readonly guarding?: Guarding | undefined
}

/** Never rejects: whatever a transport may do becomes a result or a catalogued failure. */
export type Send = (run: Run, variables: Record<string, unknown>) => Promise<SubgraphResult | CataloguedError>

/** Sends one prepared fetch: traced, measured, its failures told to the log. */
export const sender = (prepared: PreparedFetch, { transportOf, onSubgraphError, metrics }: FetchDependencies): Send => {
  const { subgraph } = prepared
  const transport = transportOf(subgraph)

  const attempt: Send = async ({ request }, variables) => {
    try {
      if (request.signal.aborted) return abortReason(request.signal)
      const result = await tracedFetch(subgraph, {}, () => transport.execute(prepared, variables, request))
      if (result.errors) for (const error of result.errors) onSubgraphError(subgraph, error, request)
      return result
    } catch (error) {
      const fault = faultOf(error)
      onSubgraphError(subgraph, fault, request)
      return fault
    }
  }

  if (!metrics) return attempt
  return async (run, variables) => {
    const begun = performance.now()
    const result = await attempt(run, variables)
    metrics.subgraphFetch({ subgraph, outcome: outcomeOf(result), seconds: (performance.now() - begun) / 1000 })
    return result
  }
}

const outcomeOf = (result: SubgraphResult | CataloguedError): SubgraphFetch['outcome'] => {
  if (!(result instanceof CataloguedError)) return result.errors?.length ? 'errors' : 'ok'
  if (result.code === 'SUBGRAPH_TIMEOUT' || result.code === 'REQUEST_TIMEOUT') return 'timeout'
  return result.code === 'SUBGRAPH_INVALID_RESPONSE' ? 'invalid' : 'unavailable'
}
