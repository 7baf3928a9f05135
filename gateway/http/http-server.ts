import type { ApolloServer } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { InternalSigner } from '../identity/internal-signer.ts'
import type { Limits } from '../operation/limits.ts'
import type { GatewayContext } from './apollo.ts'
import { createEdgeServer, type EdgeServer } from './edge-server.ts'
import { graphqlRoute } from './graphql-route.ts'
import { demoTokenRoutes, type DemoTokens } from './ide/demo-tokens.ts'
import { idePage, type IdeOptions } from './ide/ide-page.ts'
import type { OpenAccess } from './operation-context.ts'
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

/** How long a client may leave all of its answer unread. */
const UNREAD_MS = 30_000

export type HttpServer = Pick<EdgeServer, 'drain' | 'fastify'>

export const createHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  const { apollo, shortWay, authenticate, openAccess, limits, report, sse, production, ide = {} } = options
  const { fastify, isDraining, drain } = createEdgeServer({
    ...options,
    maxBodyBytes: limits.maxBodyBytes,
    standstillMs: limits.requestTimeoutMs + UNREAD_MS,
  })
  const page = production ? undefined : idePage(ide)
  graphqlRoute(fastify, {
    apollo,
    shortWay,
    maxBatch: limits.maxBatch,
    authenticate,
    openAccess,
    timeoutMs: limits.requestTimeoutMs,
    sse,
    ide: page,
  })
  if (page && ide.tokens) demoTokenRoutes(fastify, ide.tokens, report)
  serviceRoutes(fastify, {
    ready: async () => !isDraining() && (options.ready ? await options.ready() : true),
    metrics: options.metrics,
    jwks: options.signer?.jwks,
  })
  await options.mount?.(fastify)
  return { fastify, drain }
}
