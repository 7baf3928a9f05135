import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answerWriter } from './answer.ts'
import type { HostedSubgraph } from './build.ts'
import { documentCache } from './documents.ts'
import { operationRunner, type OperationGrants } from './operation.ts'
import { serveWebSockets } from './websocket.ts'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import { PRINCIPAL_HEADER, type InternalTokenVerifier } from '../../platform/access/internal-token.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { httpStatusOf } from '../../platform/errors/wire.ts'
import {
  CORRELATION_HEADER,
  correlationOf,
  runWithCorrelation,
  type Correlation,
} from '../../platform/log/correlation.ts'
import type { Log } from '../../platform/log/log.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import { TIMEOUT_HEADER, timeoutOf } from '../../platform/graphql/timeout-header.ts'
import { tracedRequest } from '../../platform/tracing/spans.ts'

export interface SubgraphServerParts {
  readonly subgraph: HostedSubgraph
  readonly verifier: InternalTokenVerifier
  readonly grants: OperationGrants
  /** Says when open subscriptions must be decided again. */
  readonly watch?: GrantWatch['watch']
  readonly log: Log
  /** Rejects while a query would not be answered. */
  readonly ready: () => Promise<void>
  readonly metrics?: Metrics
  readonly maxBodyBytes?: number
  readonly docsBaseUrl?: string
  /** How long a WebSocket connection may stay that has shown no valid token. */
  readonly proofMs?: number
}

/** One subgraph on HTTP and WebSocket, for any federation router that brings a valid internal token. */
export interface SubgraphServer {
  readonly app: FastifyInstance
  /** Listens, and gives the address that it got: `http://127.0.0.1:4001`. */
  readonly listen: (address: { readonly host: string; readonly port: number }) => Promise<string>
  /** Finishes what is under way, ends open subscriptions, and stops listening. */
  readonly close: () => Promise<void>
}

const bodySchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
})

/** What a request proved before its body was read. */
interface Proven {
  readonly principal: Principal
  readonly correlation: Correlation
}

const DEFAULT_BODY_BYTES = 4 * 1024 * 1024

const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Fastify's own refusals of a request, in the words of the catalogue. */
const refusalOf = (fault: unknown): unknown => {
  const code = typeof fault === 'object' && fault !== null && 'code' in fault ? fault.code : undefined
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return catalogued('BODY_TOO_LARGE')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return catalogued('UNSUPPORTED_MEDIA_TYPE')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return catalogued('INVALID_JSON')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return catalogued('BAD_REQUEST')
    default:
      return fault instanceof SyntaxError ? catalogued('INVALID_JSON') : fault
  }
}

/** Aborts when the caller goes away before it has its answer, and when it has waited for as long as it said. */
const signalOf = (request: FastifyRequest, reply: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  const timeoutMs = timeoutOf(headerOf(request, TIMEOUT_HEADER))
  const timer = timeoutMs && setTimeout(() => controller.abort(catalogued('REQUEST_TIMEOUT')), timeoutMs)
  reply.raw.once('close', () => {
    clearTimeout(timer)
    if (!reply.raw.writableFinished) controller.abort(catalogued('REQUEST_CANCELLED'))
  })
  return controller.signal
}

export const createSubgraphServer = (parts: SubgraphServerParts): SubgraphServer => {
  const { subgraph, verifier, grants, log, ready, metrics, maxBodyBytes = DEFAULT_BODY_BYTES, docsBaseUrl } = parts
  const answers = answerWriter(log, docsBaseUrl)
  const documents = documentCache(subgraph.schema)
  const run = operationRunner({ subgraph, grants })
  const proven = new WeakMap<FastifyRequest, Proven>()
  const correlations = new WeakMap<FastifyRequest, Correlation>()

  const app = Fastify({ logger: false, bodyLimit: maxBodyBytes, routerOptions: { ignoreTrailingSlash: true } })

  app.removeContentTypeParser('text/plain')

  const refuse = (request: FastifyRequest, reply: FastifyReply, faults: readonly unknown[]): FastifyReply => {
    const { correlationId } = correlations.get(request) ?? correlationOf(undefined)
    const answer = answers.ofErrors(faults, correlationId)
    const [first] = answer.errors
    const status = first === undefined ? 500 : httpStatusOf(first.extensions.code)
    return reply.code(status === 200 ? 400 : status).send(answer)
  }

  app.addHook('onRequest', (request, reply, next) => {
    const correlation = correlationOf(headerOf(request, CORRELATION_HEADER))
    correlations.set(request, correlation)
    void reply.header(CORRELATION_HEADER, correlation.correlationId)
    next()
  })
  app.setErrorHandler((fault, request, reply) => refuse(request, reply, [refusalOf(fault)]))
  app.setNotFoundHandler((request, reply) => refuse(request, reply, [catalogued('ROUTE_NOT_FOUND')]))

  app.route({
    method: 'POST',
    url: '/graphql',
    // Before the body is read: whoever proves nothing sends nothing (R88).
    onRequest: async (request) => {
      const principal = await verifier.verify(headerOf(request, PRINCIPAL_HEADER))
      proven.set(request, { principal, correlation: correlations.get(request) ?? correlationOf(undefined) })
    },
    handler: async (request, reply) => {
      const known = proven.get(request)
      if (known === undefined) throw catalogued('UNAUTHENTICATED')
      const body = bodySchema.safeParse(request.body)
      if (!body.success) throw catalogued('BAD_REQUEST')
      const operation = run({
        document: documents(body.data.query),
        operationName: body.data.operationName ?? undefined,
        variables: body.data.variables ?? {},
        principal: known.principal,
        signal: signalOf(request, reply),
      })
      if (!operation.ok) return refuse(request, reply, operation.error)
      if (operation.value.kind === 'subscription') throw catalogued('BAD_REQUEST')
      const result = await tracedRequest(request.headers, `subgraph ${subgraph.name}`, {}, () =>
        runWithCorrelation(known.correlation, operation.value.execute),
      )
      return reply.send(answers.ofResult(result, known.correlation.correlationId))
    },
  })
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: async (request) => {
      await verifier.verify(headerOf(request, PRINCIPAL_HEADER))
      throw catalogued('METHOD_NOT_ALLOWED')
    },
  })
  app.get('/health/live', (_request, reply) => reply.send({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    try {
      await ready()
      return await reply.send({ status: 'ready' })
    } catch (fault) {
      const code = fault instanceof CataloguedError ? fault.code : 'INTERNAL'
      return reply.code(503).send({ status: 'not ready', code })
    }
  })

  if (metrics) {
    app.get('/metrics', async (_request, reply) => {
      const { contentType, text } = await metrics.exposition()
      return reply.type(contentType).send(text)
    })
    app.addHook('onResponse', (request, reply, next) => {
      const { method, routeOptions } = request
      metrics.httpExchange({
        method,
        route: routeOptions.url,
        status: reply.statusCode,
        seconds: reply.elapsedTime / 1000,
      })
      next()
    })
  }

  const sockets = serveWebSockets({
    server: app.server,
    verifier,
    documents,
    run,
    answers,
    watch: parts.watch,
    proofMs: parts.proofMs,
  })

  return {
    app,
    listen: (address) => app.listen(address),
    close: async () => {
      await sockets.close()
      await app.close()
    },
  }
}
