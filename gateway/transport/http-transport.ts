import { Pool } from 'undici'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { outboundHeaders } from '../identity/inbound-headers.ts'
import { currentTraceparent } from '../../platform/tracing/traceparent.ts'
import { readResult } from './http-result.ts'
import { createSubgraphSocket } from './subgraph-socket.ts'
import type { PreparedFetch, RequestContext, SubgraphResult, SubgraphTransport } from './transport.ts'

export interface HttpSubgraph {
  readonly name: string
  readonly url: string
  /** Tells the subgraph who is calling; without it fetches carry no identity (the general gateway). */
  readonly sign?: ((principal: Principal, audience: string) => Promise<string>) | undefined
  readonly timeoutMs: number
  readonly maxResponseBytes?: number
  readonly connections?: number
  readonly reconnectForMs?: number
}

const DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024
const DEFAULT_CONNECTIONS = 64

/** Calls a subgraph over HTTP: kept-alive connections, a signed internal token, nothing of the caller's own headers (R13). */
export const httpTransport = (subgraph: HttpSubgraph): SubgraphTransport => {
  if (!/^https?:/.test(subgraph.url) || !URL.canParse(subgraph.url)) {
    throw catalogued(
      'SUPERGRAPH_INVALID',
      {},
      { message: `The subgraph "${subgraph.name}" has no HTTP address: its URL is ${JSON.stringify(subgraph.url)}.` },
    )
  }
  const { origin, pathname, search } = new URL(subgraph.url)
  const path = pathname + search
  const maxBytes = subgraph.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES
  const pool = new Pool(origin, { connections: subgraph.connections ?? DEFAULT_CONNECTIONS, maxResponseSize: maxBytes })
  const socket = createSubgraphSocket(subgraph)
  const prefixes = new WeakMap<PreparedFetch, string>()

  const bodyOf = (fetch: PreparedFetch, variables: Readonly<Record<string, unknown>>): string => {
    let prefix = prefixes.get(fetch)
    if (prefix === undefined) prefixes.set(fetch, (prefix = constantPart(fetch)))
    return `${prefix}${JSON.stringify(variables)}}`
  }

  const send = async (
    fetch: PreparedFetch,
    variables: Readonly<Record<string, unknown>>,
    request: RequestContext,
  ): Promise<SubgraphResult> => {
    const internalToken = await subgraph.sign?.(request.principal, subgraph.name)
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(catalogued('SUBGRAPH_TIMEOUT')), subgraph.timeoutMs)
    const cancel = (): void => timeout.abort(cancellation(request.signal))
    request.signal.addEventListener('abort', cancel, { once: true })
    try {
      const { statusCode, headers, body } = await pool.request({
        method: 'POST',
        path,
        headers: outboundHeaders({
          internalToken,
          correlationId: request.correlationId,
          traceparent: currentTraceparent(),
        }),
        body: bodyOf(fetch, variables),
        signal: timeout.signal,
      })
      return readResult(statusCode, headers['content-type'], await body.text())
    } catch (error) {
      if (error instanceof CataloguedError) throw error
      if (timeout.signal.reason instanceof CataloguedError) throw timeout.signal.reason
      throw catalogued(isTooLarge(error) ? 'SUBGRAPH_INVALID_RESPONSE' : 'SUBGRAPH_UNAVAILABLE', {}, { cause: error })
    } finally {
      clearTimeout(timer)
      request.signal.removeEventListener('abort', cancel)
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

/** The body up to its variables: the same for every request of one prepared fetch. */
const constantPart = ({ operation, operationName }: PreparedFetch): string => {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`
  return `{"query":${JSON.stringify(operation)}${name},"variables":`
}

const cancellation = (signal: AbortSignal): CataloguedError =>
  signal.reason instanceof CataloguedError ? signal.reason : catalogued('REQUEST_CANCELLED')

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
