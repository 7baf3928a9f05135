import type { ApolloServerPlugin } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import type { DenialRecorder } from '../platform/access/denials.ts'
import type { GrantWatch } from '../platform/access/grant-watch.ts'
import type { Clock } from '../platform/clock/clock.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { createEngines, type MakeTransport } from './engines.ts'
import { createErrorReporter } from './errors/error-reporter.ts'
import { logSubgraphErrors } from './errors/subgraph-errors.ts'
import { createApollo, type GatewayContext } from './http/apollo.ts'
import { GRAPHQL_PATH } from './http/graphql-route.ts'
import { createHttpServer } from './http/http-server.ts'
import { createShortWay } from './http/short-way.ts'
import type { IdeOptions } from './http/ide/ide-page.ts'
import type { DemoTokens } from './http/ide/demo-tokens.ts'
import type { OpenAccess } from './http/operation-context.ts'
import type { Ready } from './http/service-routes.ts'
import { authenticator } from './identity/authenticate.ts'
import type { InternalSigner } from './identity/internal-signer.ts'
import type { TokenVerifier } from './identity/token-verifier.ts'
import { createDocuments } from './operation/documents.ts'
import { DEFAULT_LIMITS, type Limits } from './operation/limits.ts'
import { validationRules } from './operation/validation-rules.ts'
import type { SupergraphSource } from './supergraph/load-supergraph.ts'
import type { Supergraph } from './supergraph/supergraph.ts'
import { clientAddress } from '../platform/http/client-address.ts'
import { createConnections } from './connections/connections.ts'
import { createDeadlines } from './connections/deadlines.ts'
import { callerWatch } from './connections/watch-caller.ts'
import { sseHandler } from './http/sse/sse-handler.ts'
import { createLiveOperations } from './subscriptions/live-operations.ts'
import { createProtocol } from './websocket/protocol.ts'
import { createWebSockets } from './websocket/websocket-server.ts'

export interface GatewayOptions {
  readonly supergraph: SupergraphSource
  /** Called once for each subgraph and URL; closed when no generation uses it any more. */
  readonly transports: MakeTransport
  /** Without one every caller is anonymous. */
  readonly verifier?: TokenVerifier
  /** Grants of a caller for one operation. Without it only what anonymous callers may never have is decided here. */
  readonly access?: OpenAccess
  /** Says when what is open must be decided again. Without it revocation ends nothing that is open. */
  readonly watch?: GrantWatch['watch']
  /** Told of the audited fields that are denied before they reach a subgraph. */
  readonly denials?: DenialRecorder
  readonly log: Log
  readonly metrics?: Metrics
  readonly limits?: Partial<Limits>
  /** Whether answers say what their operation costs, as `extensions.cost`; not, unless it is said. */
  readonly tellsCost?: boolean | undefined
  readonly production: boolean
  /** True when a query would be answered. */
  readonly ready?: Ready
  readonly signer?: InternalSigner
  readonly ide?: IdeOptions & { readonly tokens?: DemoTokens }
  readonly corsOrigins?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly docsBaseUrl?: string
  readonly clock?: Clock
  readonly plugins?: readonly ApolloServerPlugin<GatewayContext>[]
  /** Further routes of the same server, mounted before it listens. */
  readonly mount?: (fastify: FastifyInstance) => void | Promise<void>
  readonly initTimeoutMs?: number
  readonly pingMs?: number
  /** Over how long the closes of a gateway that stops are spread; at most half of the grace. */
  readonly drainWindowMs?: number
}

export interface Gateway {
  readonly fastify: FastifyInstance
  /** Rejects with `PORT_TAKEN` where another process listens on the port. */
  readonly listen: (port: number, host: string) => Promise<{ readonly url: string }>
  /** Stops taking requests, lets those under way end within the grace, then cuts them. */
  readonly stop: (graceMs?: number) => Promise<void>
  readonly supergraph: () => Supergraph
  /** WebSockets and event streams open now. */
  readonly connections: () => number
}

const INIT_TIMEOUT_MS = 3000
const PING_MS = 12_000
const GRACE_MS = 10_000
const DRAIN_WINDOW_MS = 5000

/** Makes a gateway over any supergraph. Rejects with `SUPERGRAPH_INVALID` when it cannot be served. */
export const createGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { log, metrics, production, clock = systemClock, initTimeoutMs = INIT_TIMEOUT_MS, pingMs = PING_MS } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const report = createErrorReporter({ log, docsBaseUrl: options.docsBaseUrl, metrics })
  const authenticate = authenticator(options.verifier)
  const rules = validationRules(limits, { production })
  const { access: openAccess, watch } = options
  const engines = await createEngines({
    supergraph: options.supergraph,
    transports: options.transports,
    clock,
    log,
    onSubgraphErrors: logSubgraphErrors(log),
    metrics,
    denials: options.denials,
    maxCost: limits.maxCost,
    tellsCost: options.tellsCost ?? false,
    planCacheBytes: limits.planCacheBytes,
    graceMs: limits.requestTimeoutMs,
  })
  const documents = createDocuments(rules, limits.maxTokens)
  const plugins = options.plugins ?? []
  const batching = limits.maxBatch > 0
  const apollo = createApollo({ engines, limits, rules, production, log, report, documents, batching, plugins })
  await apollo.start()
  const shortWay = plugins.length === 0 ? createShortWay({ engines, documents, report }) : undefined
  const live = createLiveOperations({ engines, documents, openAccess, watch, report, limits, metrics })
  const deadlines = createDeadlines(clock)
  const common = {
    live,
    connections: createConnections({ limits, pingMs, drainWindowMs: options.drainWindowMs ?? DRAIN_WINDOW_MS }),
    authenticate,
    watchCaller: callerWatch({ openAccess, watch }),
    deadlines,
    addressOf: clientAddress(options.trustedProxies),
    origins: new Set(options.corsOrigins),
    limits,
    report,
  }
  const { connections } = common
  const sockets = createWebSockets({
    ...common,
    path: GRAPHQL_PATH,
    protocol: createProtocol({ ...common, clock, initTimeoutMs }),
    log,
  })
  const sse = sseHandler({ ...common, engines, documents })
  const http = await createHttpServer({ ...options, apollo, shortWay, authenticate, openAccess, limits, report, sse })
  sockets.attach(http.fastify.server)

  const stop = async (graceMs = GRACE_MS): Promise<void> => {
    await Promise.all([http.drain(graceMs), connections.drain(graceMs)])
    live.stop()
    deadlines.stop()
    await apollo.stop()
    await engines.stop()
  }
  let stopping: Promise<void> | undefined

  return {
    fastify: http.fastify,
    listen: async (port, host) => {
      try {
        return { url: await http.fastify.listen({ port, host }) }
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
        throw catalogued('PORT_TAKEN', {}, { message: `Port ${port} is taken.`, cause: error })
      }
    },
    stop: (graceMs) => (stopping ??= stop(graceMs)),
    supergraph: () => engines.current().supergraph,
    connections: connections.count,
  }
}
