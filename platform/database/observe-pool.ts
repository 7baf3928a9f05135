import type { Pool, PoolClient } from 'pg'
import type { Metrics } from '../metrics/metrics.ts'
import { tracedQuery } from '../tracing/spans.ts'

export type PoolMetrics = Pick<Metrics, 'query' | 'watchPool'>

/** Every way of calling `query`: what is given is passed on as it is. */
type Query = (...given: readonly unknown[]) => unknown

/** Traces every statement of the pool's connections, and counts them where there are metrics. Before the first is opened. */
export const observePool = (pool: Pool, role: string, metrics: PoolMetrics | undefined): void => {
  metrics?.watchPool(role, () => ({
    busy: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  }))
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query // one function with many signatures
    client.query = observed(query, role, metrics) as PoolClient['query'] // has those signatures
  })
}

const observed = (query: Query, role: string, metrics: PoolMetrics | undefined): Query => {
  const run = async (text: string, given: readonly unknown[]): Promise<unknown> => {
    const begun = performance.now()
    let outcome: 'ok' | 'failed' = 'failed'
    try {
      const result = await tracedQuery(role, text, () => query(...given))
      outcome = 'ok'
      return result
    } finally {
      metrics?.query({ role, outcome, seconds: (performance.now() - begun) / 1000 })
    }
  }
  return (...given) => {
    const text = textOf(given[0])
    if (text === undefined) return query(...given)
    const callback = given.at(-1)
    if (typeof callback !== 'function') return run(text, given)
    // The pool's own way, `pool.query`.
    run(text, given.slice(0, -1)).then(
      (result) => void callback(undefined, result),
      (error: unknown) => void callback(error),
    )
    return undefined
  }
}

/** Undefined for what runs itself, such as a cursor. */
const textOf = (statement: unknown): string | undefined => {
  if (typeof statement === 'string') return statement
  if (typeof statement !== 'object' || statement === null || 'submit' in statement) return undefined
  return 'text' in statement && typeof statement.text === 'string' ? statement.text : undefined
}
