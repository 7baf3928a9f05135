import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'
import { currentTraceparent } from '../../platform/tracing/traceparent.ts'
import { isLater } from '../execution/later.ts'
import { OUTBOUND_HEADERS, outboundHeaders } from '../identity/inbound-headers.ts'
import type { InternalSigner } from '../identity/internal-signer.ts'
import { createAdmission } from './admission.ts'
import { createCircuit, type Passage } from './circuit.ts'
import { fetchBodies } from './fetch-body.ts'
import { readBody } from './http-body.ts'
import type { HttpConnectionsOptions, HttpReply } from './http-exchange.ts'
import { readResult } from './http-result.ts'
import { ConnectionPool } from './http1/connection-pool.ts'
import { httpsConnections } from './https-connections.ts'
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
  const limits = { ...DEFAULTS, ...subgraph }
  const connections = connectionsTo({
    url: addressOf(subgraph),
    headers: OUTBOUND_HEADERS,
    connections: Math.min(MAX_CONNECTIONS, limits.concurrency),
    maxResponseBytes: limits.maxResponseBytes,
  })
  const socket = createSubgraphSocket(limits)
  const admission = createAdmission({ limit: limits.concurrency, maxWaiting: limits.concurrency * WAITING_FOR_EACH })
  const circuit = createCircuit({
    failures: limits.circuitFailures,
    openMs: limits.circuitOpenMs,
    onChange: (state) => metrics?.subgraphCircuit(name, state),
  })
  const timeouts = new Timeouts(subgraph.timeoutMs)
  const bodies = fetchBodies()

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
      const ask = () =>
        connections.exchange({ headers: headersOf(token, caller.correlationId, limit), body: text }, limit)
      let reply: HttpReply
      try {
        reply = await ask()
      } catch (error) {
        if (!isRepeatable) throw error
        reply = await repeated(ask, error, limit, () => metrics?.subgraphRetry(name))
      }
      const body = readBody(reply.contentEncoding, reply.body, limits.maxResponseBytes)
      const result = readResult(reply.status, reply.contentType, typeof body === 'string' ? body : await body)
      ended('succeeded')
      return result
    } catch (error) {
      const fault = error instanceof CataloguedError ? error : (limit.reason ?? unavailable(error))
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
      await connections.close()
    },
  }
}

const headersOf = (internalToken: string | undefined, correlationId: string, limit: TimeLimit) =>
  outboundHeaders({ internalToken, correlationId, traceparent: currentTraceparent(), timeoutMs: limit.leftMs() })

const unavailable = (cause: unknown) => catalogued('SUBGRAPH_UNAVAILABLE', {}, { cause })

const connectionsTo = (options: HttpConnectionsOptions) =>
  options.url.protocol === 'https:' ? httpsConnections(options) : new ConnectionPool(options)

const addressOf = ({ name, url }: HttpSubgraph): URL => {
  if (!/^https?:/.test(url) || !URL.canParse(url)) {
    throw catalogued(
      'SUPERGRAPH_INVALID',
      {},
      { message: `The subgraph "${name}" has no HTTP address: its URL is ${JSON.stringify(url)}.` },
    )
  }
  return new URL(url)
}

/** An answer that cannot be used is one all the same. */
const passageOf = ({ code }: CataloguedError): Passage => {
  if (code === 'SUBGRAPH_UNAVAILABLE' || code === 'SUBGRAPH_TIMEOUT') return 'failed'
  return code === 'SUBGRAPH_INVALID_RESPONSE' ? 'succeeded' : 'given up'
}
