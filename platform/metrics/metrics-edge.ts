import type { ErrorCode } from '../errors/catalogue.ts'
import type { Instruments } from './instruments.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export interface HttpExchange {
  readonly method: string
  /** The pattern of the route, `/graphql`; undefined where none matched. */
  readonly route: string | undefined
  readonly status: number
  readonly seconds: number
}

export interface Operation {
  readonly type: 'query' | 'mutation' | 'subscription'
  /** `partial`: data and errors. */
  readonly outcome: 'ok' | 'partial' | 'failed'
  readonly seconds: number
}

export interface SubgraphFetch {
  readonly subgraph: string
  readonly outcome: 'ok' | 'errors' | 'unavailable' | 'timeout' | 'invalid'
  readonly seconds: number
}

/** What requests do: HTTP, operations, their errors, their fetches. */
export const edgeMetrics = ({ counter, duration, gauge }: Instruments) => {
  const requests = duration({
    name: 'gpuaas_http_request_duration_seconds',
    help: 'HTTP requests, from the first byte read to the last one written.',
    labels: ['method', 'route', 'status'],
  })
  const operations = duration({
    name: 'gpuaas_graphql_operation_duration_seconds',
    help: 'GraphQL operations as clients sent them.',
    labels: ['type', 'outcome'],
  })
  const errors = counter({
    name: 'gpuaas_graphql_errors_total',
    help: 'Errors in answers, by their code.',
    labels: ['code'],
  })
  const fetches = duration({
    name: 'gpuaas_subgraph_fetch_duration_seconds',
    help: 'Fetches of the gateway from subgraphs.',
    labels: ['subgraph', 'outcome'],
  })
  const retries = counter({
    name: 'gpuaas_subgraph_retries_total',
    help: 'Fetches of queries that were sent again because their connection failed.',
    labels: ['subgraph'],
  })
  const circuits = gauge({
    name: 'gpuaas_subgraph_circuit',
    help: 'Whether a subgraph is asked: 1 for its present state, of closed, open and half-open.',
    labels: ['subgraph', 'state'],
  })
  const plans = counter({
    name: 'gpuaas_plan_cache_lookups_total',
    help: 'Look-ups of compiled plans; outcome is hit or miss.',
    labels: ['outcome'],
  })
  const planCache = gauge({
    name: 'gpuaas_plan_cache',
    help: 'Compiled operations that are kept: how many, and about how many bytes they take.',
    labels: ['kind'],
  })
  const subscriptions = gauge({
    name: 'gpuaas_subscriptions_open',
    help: 'Subscriptions that are open at the moment.',
    labels: [],
  })
  return {
    httpExchange: ({ method, route, status, seconds }: HttpExchange) => {
      const known = METHODS.has(method) ? method : 'OTHER'
      requests.observe({ method: known, route: route ?? 'none', status: status.toString() }, seconds)
    },
    operation: ({ type, outcome, seconds }: Operation) => {
      operations.observe({ type, outcome }, seconds)
    },
    errorSent: (code: ErrorCode) => {
      errors.inc({ code })
    },
    subgraphFetch: ({ subgraph, outcome, seconds }: SubgraphFetch) => {
      fetches.observe({ subgraph, outcome }, seconds)
    },
    subgraphRetry: (subgraph: string) => {
      retries.inc({ subgraph })
    },
    subgraphCircuit: (subgraph: string, present: 'closed' | 'open' | 'half-open') => {
      for (const state of ['closed', 'open', 'half-open']) circuits.set({ subgraph, state }, state === present ? 1 : 0)
    },
    planCache: ({ operations, bytes }: { readonly operations: number; readonly bytes: number }) => {
      planCache.set({ kind: 'operations' }, operations)
      planCache.set({ kind: 'bytes' }, bytes)
    },
    planLookup: (outcome: 'hit' | 'miss') => {
      plans.inc({ outcome })
    },
    subscriptionOpened: () => {
      subscriptions.inc()
    },
    subscriptionClosed: () => {
      subscriptions.dec()
    },
  }
}

export type EdgeMetrics = ReturnType<typeof edgeMetrics>
