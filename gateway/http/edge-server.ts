import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { catalogued, type ErrorCode } from '../../platform/errors/catalogue.ts'
import { WITHOUT_SCHEMAS } from '../../platform/http/without-schemas.ts'
import { CORRELATION_HEADER } from '../../platform/log/correlation.ts'
import { statusOf, type ReportError } from '../errors/error-reporter.ts'
import { catalogueHttpErrors, sendError } from './http-errors.ts'
import { observeExchanges, type ExchangeMetrics } from './observe-exchanges.ts'
import { acceptJsonAlone, allowOrigins, requestId, SECURITY_HEADERS, secureRequests } from './security.ts'

export interface EdgeServerOptions {
  readonly maxBodyBytes: number
  /**
   * How long a connection may stand still while a request of it is under way: longer than any takes to be answered. A
   * client that reads nothing of its answer is cut then, and the answer is let go.
   */
  readonly standstillMs: number
  readonly corsOrigins?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly report: ReportError
  readonly metrics?: ExchangeMetrics
}

export interface EdgeServer {
  readonly fastify: FastifyInstance
  readonly isDraining: () => boolean
  /** Refuses what comes from now on, waits for what runs, and cuts what is left after the grace. */
  readonly drain: (graceMs: number) => Promise<void>
}

/** Longer than the idle time of load balancers in front of us, which must be the ones that close. */
const KEEP_ALIVE_MS = 72_000
/** How long a client may take to send a request. */
const RECEIVE_MS = 30_000

/**
 * An HTTP server without routes, as the public may have it: JSON alone, bounded in size and time, every refusal one of the
 * catalogue with a correlation id, an end that lets go of its clients.
 */
export const createEdgeServer = ({
  maxBodyBytes,
  standstillMs,
  corsOrigins = [],
  trustedProxies,
  report,
  metrics,
}: EdgeServerOptions): EdgeServer => {
  let isDraining = false
  const fastify = Fastify({
    ...WITHOUT_SCHEMAS,
    logger: false,
    genReqId: requestId,
    bodyLimit: maxBodyBytes,
    trustProxy: trustedProxies ? [...trustedProxies] : false,
    connectionTimeout: standstillMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: RECEIVE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (_, __, reply) =>
      void sendError(reply.headers(SECURITY_HEADERS), catalogued('ROUTE_NOT_FOUND'), report),
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, report),
  })
  if (metrics) observeExchanges(fastify, metrics)
  secureRequests(fastify)
  allowOrigins(fastify, { origins: corsOrigins })
  const refuseUnknown = catalogueHttpErrors(fastify, report)
  // Before the body is read: what is wrong with it does not matter where nothing takes it.
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isDraining) sendError(reply.header('connection', 'close'), catalogued('SHUTTING_DOWN'), report)
    else if (request.is404) refuseUnknown(request, reply)
    else done()
  })
  acceptJsonAlone(fastify)
  return {
    fastify,
    isDraining: () => isDraining,
    drain: async (graceMs) => {
      isDraining = true
      const cut = setTimeout(() => fastify.server.closeAllConnections(), graceMs)
      await fastify.close()
      clearTimeout(cut)
    },
  }
}

/** What Node finds wrong with the bytes of a client. */
const BY_CODE: ReadonlyMap<string | undefined, ErrorCode> = new Map<string, ErrorCode>([
  ['HPE_HEADER_OVERFLOW', 'HEADERS_TOO_LARGE'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'REQUEST_INCOMPLETE'],
])

/** Bytes that are no HTTP request have no reply object: the answer is written to the socket. */
const answerBrokenHttp = (error: NodeJS.ErrnoException, socket: Socket, report: ReportError): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const wire = report(catalogued(BY_CODE.get(error.code) ?? 'BAD_REQUEST'))
  const status = statusOf(wire)
  const body = JSON.stringify({ errors: [wire] })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `${CORRELATION_HEADER}: ${wire.extensions.correlationId}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
