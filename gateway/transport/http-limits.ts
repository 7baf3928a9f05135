import type { Config } from '../../platform/config/config.ts'
import type { HttpSubgraph } from './http-transport.ts'

/** What a process was told about how it asks subgraphs over HTTP. */
export const httpLimitsOf = (
  config: Config,
): Pick<HttpSubgraph, 'timeoutMs' | 'maxResponseBytes' | 'concurrency' | 'circuitFailures' | 'circuitOpenMs'> => ({
  timeoutMs: config.subgraphTimeoutMs,
  maxResponseBytes: config.subgraphMaxResponseBytes,
  concurrency: config.subgraphConcurrency,
  circuitFailures: config.subgraphCircuitFailures,
  circuitOpenMs: config.subgraphCircuitOpenMs,
})
