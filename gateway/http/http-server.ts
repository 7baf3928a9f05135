import type { Socket } from 'node:net'
import type { ApolloServer } from '@apollo/server'
import Fastify, { type FastifyInstance } from 'fastify'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { CORRELATION_HEADER } from '../../platform/log/correlation.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { InternalSigner } from '../identity/internal-signer.ts'
import type { Limits } from '../operation/limits.ts'
import type { GatewayContext } from './apollo.ts'
import { graphqlRoute } from './graphql-route.ts'
import { catalogueHttpErrors, sendError } from './http-errors.ts'
import { demoTokenRoutes, type DemoTokens } from './ide/demo-tokens.ts'
import { idePage, type IdeOptions } from './ide/ide-page.ts'
import type { OpenAccess } from './operation-context.ts'
import { acceptJsonAlone, allowOrigins, SECURITY_HEADERS, secureRequests } from './security.ts'
import type { HandleSse } from './sse/sse-handler.ts'
import { serviceRoutes, type Ready } from './service-routes.ts'
import type { ShortWay } from './short-way.ts'

export interface HttpServerOptions {
  readonly apollo: ApolloServer<GatewayContext>
  readonly shortWay: ShortWay | undefined
  readonly authenticate: Authenticate
  readonly openAccess: OpenAccess | undefined
  readonly limits: Limits
  readonly report: ReportError
  readonly sse: HandleSse
  readonly production: boolean
  readonly ready?: Ready
  readonly metrics?: Metrics
  readonly signer?: InternalSigner
  readonly ide?: IdeOptions & { readonly tokens?: DemoTokens }
  readonly corsOrigins?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly mount?: (fastify: FastifyInstance) => void | Promise<void>
}

export interface HttpServer {
  readonly fastify: FastifyInstance
  readonly drain: (graceMs: number) => Promise<void>
}

/** Longer than the idle time of load balancers in front of us, which must be the ones that close. */
const KEEP_ALIVE_MS = 72_000
/** How long a client may take to send a request. */
const RECEIVE_MS = 30_000

export const createHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  const { apollo, shortWay, authenticate, openAccess, limits, report, sse, production, ide = {} } = options
  let isDraining = false
  const fastify = Fastify({
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: RECEIVE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    frameworkErrors: (_, __, reply) =>
      void sendError(reply.headers(SECURITY_HEADERS), catalogued('ROUTE_NOT_FOUND'), report),
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, report),
  })
  secureRequests(fastify)
  allowOrigins(fastify, { origins: options.corsOrigins ?? [] })
  fastify.addHook('onRequest', async (_, reply) => {
    if (isDraining) return sendError(reply.header('connection', 'close'), catalogued('SHUTTING_DOWN'), report)
    return undefined
  })
  if (options.metrics) observeExchanges(fastify, options.metrics)
  acceptJsonAlone(fastify)
  catalogueHttpErrors(fastify, report)
  const page = production ? undefined : idePage(ide)
  graphqlRoute(fastify, {
    apollo,
    shortWay,
    maxBatch: limits.maxBatch,
    authenticate,
    openAccess,
    timeoutMs: limits.requestTimeoutMs,
    report,
    sse,
    ide: page,
  })
  if (page && ide.tokens) demoTokenRoutes(fastify, ide.tokens, report)
  serviceRoutes(fastify, {
    ready: async () => !isDraining && (options.ready ? await options.ready() : true),
    metrics: options.metrics,
    jwks: options.signer?.jwks,
  })
  await options.mount?.(fastify)
  return {
    fastify,
    drain: async (graceMs) => {
      isDraining = true
      const cut = setTimeout(() => fastify.server.closeAllConnections(), graceMs)
      await fastify.close()
      clearTimeout(cut)
    },
  }
}

const observeExchanges = (fastify: FastifyInstance, { httpExchange }: Metrics): void => {
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url
    httpExchange({ method: request.method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 })
    done()
  })
}

/** Bytes that are no HTTP request have no reply object: the answer is written to the socket. */
const answerBrokenHttp = (error: NodeJS.ErrnoException, socket: Socket, report: ReportError): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const wire = report(catalogued('BAD_REQUEST'))
  const body = JSON.stringify({ errors: [wire] })
  const head = [
    'HTTP/1.1 400 Bad Request',
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `${CORRELATION_HEADER}: ${wire.extensions.correlationId}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
