import { Pool } from 'undici'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'
import { currentTraceparent } from '../../platform/tracing/traceparent.ts'
import { isLater } from '../execution/later.ts'
import { outboundHeaders } from '../identity/inbound-headers.ts'
import type { InternalSigner } from '../identity/internal-signer.ts'
import { createAdmission } from './admission.ts'
import { createCircuit, type Passage } from './circuit.ts'
import { fetchBodies } from './fetch-body.ts'
import { readBody } from './http-body.ts'
import { exchange } from './http-exchange.ts'
import { readResult } from './http-result.ts'
import { repeated } from './repeat.ts'
import { createSubgraphSocket } from './subgraph-socket.ts'
import { TimeLimit } from './time-limit.ts'
import { Timeouts } from './timeouts.ts'
import type { PreparedFetch, RequestContext, SubgraphResult, SubgraphTransport } from './transport.ts'

export interface HttpSubgraph extends Partial<HttpLimits> {
  readonly name: string
  readonly url: string
  /** Tells the subgraph who is calling; without it fetches carry no identity (the general gateway). */
  readonly sign?: InternalSigner['sign'] | undefined
  readonly timeoutMs: number
  readonly metrics?: EdgeMetrics | undefined
  /** For how long a subscription that lost its connection tries to get it back. */
  readonly reconnectForMs?: number
}

/** How much of a subgraph one gateway takes, and how much of it it takes in. */
export interface HttpLimits {
  /** Of one answer, as it comes and unpacked. */
  readonly maxResponseBytes: number
  /** Fetches under way at once; twenty times as many may wait for their turn. */
  readonly concurrency: number
  /** Failures in a row after which the subgraph is spared; 0: it never is. */
  readonly circuitFailures: number
  readonly circuitOpenMs: number
}

const DEFAULTS: HttpLimits = {
  maxResponseBytes: 32 * 1024 * 1024,
  concurrency: 256,
  circuitFailures: 20,
  circuitOpenMs: 1000,
}
const WAITING_FOR_EACH = 20
const MAX_CONNECTIONS = 64

/** Calls a subgraph over HTTP: kept-alive connections, a signed internal token, nothing of the caller's own headers (R13). */
export const httpTransport = (subgraph: HttpSubgraph): SubgraphTransport => {
  const { name, metrics, sign } = subgraph
  const { origin, path } = addressOf(subgraph)
  const limits = { ...DEFAULTS, ...subgraph }
  const pool = new Pool(origin, {
    connections: Math.min(MAX_CONNECTIONS, limits.concurrency),
    maxResponseSize: limits.maxResponseBytes,
  })
  const socket = createSubgraphSocket(subgraph)
  const admission = createAdmission({ limit: limits.concurrency, maxWaiting: limits.concurrency * WAITING_FOR_EACH })
  const circuit = createCircuit({
    failures: limits.circuitFailures,
    openMs: limits.circuitOpenMs,
    onChange: (state) => metrics?.subgraphCircuit(name, state),
  })
  const timeouts = new Timeouts(subgraph.timeoutMs)
  const bodies = fetchBodies()

  const request = async (body: string, internalToken: string | undefined, limit: TimeLimit, correlationId: string) => {
    try {
      const headers = outboundHeaders({
        internalToken,
        correlationId,
        traceparent: currentTraceparent(),
        timeoutMs: limit.leftMs(),
      })
      const reply = await exchange(pool, { path, headers, body }, limit)
      const text = readBody(reply.headers['content-encoding'], reply.body, limits.maxResponseBytes)
      return readResult(reply.status, reply.headers['content-type'], typeof text === 'string' ? text : await text)
    } catch (error) {
      if (error instanceof CataloguedError) throw error
      if (limit.reason) throw limit.reason
      throw isTooLarge(error) ? catalogued('SUBGRAPH_INVALID_RESPONSE', {}, { cause: error }) : error
    }
  }

  const send = async (
    fetch: PreparedFetch,
    variables: Readonly<Record<string, unknown>>,
    caller: RequestContext,
  ): Promise<SubgraphResult> => {
    const ended = circuit.pass()
    const limit = new TimeLimit(timeouts, caller)
    let isInside = false
    try {
      const turn = admission.enter(limit)
      if (turn) await turn
      isInside = true
      const signed = sign?.(caller.principal, name)
      const token = isLater(signed) ? await signed : signed
      const { text, isRepeatable } = bodies.of(fetch, variables)
      const attempt = () => request(text, token, limit, caller.correlationId)
      const result = await (isRepeatable ? repeated(attempt, limit, () => metrics?.subgraphRetry(name)) : attempt())
      ended('succeeded')
      return result
    } catch (error) {
      const fault = error instanceof CataloguedError ? error : catalogued('SUBGRAPH_UNAVAILABLE', {}, { cause: error })
      ended(passageOf(fault))
      throw fault
    } finally {
      if (isInside) admission.leave()
      limit.end()
    }
  }

  return {
    execute: send,
    subscribe: socket.subscribe,
    close: async () => {
      await socket.close()
      await pool.destroy()
    },
  }
}

const addressOf = ({ name, url }: HttpSubgraph): { readonly origin: string; readonly path: string } => {
  if (!/^https?:/.test(url) || !URL.canParse(url)) {
    throw catalogued(
      'SUPERGRAPH_INVALID',
      {},
      { message: `The subgraph "${name}" has no HTTP address: its URL is ${JSON.stringify(url)}.` },
    )
  }
  const { origin, pathname, search } = new URL(url)
  return { origin, path: pathname + search }
}

/** An answer that cannot be used is one all the same. */
const passageOf = ({ code }: CataloguedError): Passage => {
  if (code === 'SUBGRAPH_UNAVAILABLE' || code === 'SUBGRAPH_TIMEOUT') return 'failed'
  return code === 'SUBGRAPH_INVALID_RESPONSE' ? 'succeeded' : 'given up'
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
