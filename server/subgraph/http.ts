import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { answerWriter } from './answer.ts'
import { headerOf, mountSubgraph, type ServedSubgraph } from './endpoint.ts'
import type { OperationGrants } from './operation.ts'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { httpStatusOf } from '../../platform/errors/wire.ts'
import { refuseUpgrade } from '../../platform/http/refuse-upgrade.ts'
import { WITHOUT_SCHEMAS } from '../../platform/http/without-schemas.ts'
import { requestPath } from '../../platform/http/request-path.ts'
import { CORRELATION_HEADER, correlationOf, type Correlation } from '../../platform/log/correlation.ts'
import type { Log } from '../../platform/log/log.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'

export interface SubgraphServerParts {
  readonly subgraphs: readonly ServedSubgraph[]
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

/** Subgraphs on HTTP and WebSocket, for any federation router that brings a valid internal token. */
export interface SubgraphServer {
  readonly app: FastifyInstance
  /** Listens, and gives the address that it got: `http://127.0.0.1:4001`. */
  readonly listen: (address: { readonly host: string; readonly port: number }) => Promise<string>
  /** Finishes what is under way, ends open subscriptions, and stops listening. */
  readonly close: () => Promise<void>
}

const DEFAULT_BODY_BYTES = 4 * 1024 * 1024

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

export const createSubgraphServer = (parts: SubgraphServerParts): SubgraphServer => {
  const { subgraphs, grants, log, ready, metrics, maxBodyBytes = DEFAULT_BODY_BYTES, docsBaseUrl } = parts
  const answers = answerWriter(log, docsBaseUrl)
  const correlations = new WeakMap<FastifyRequest, Correlation>()

  const app = Fastify({
    ...WITHOUT_SCHEMAS,
    logger: false,
    bodyLimit: maxBodyBytes,
    routerOptions: { ignoreTrailingSlash: true },
  })

  app.removeContentTypeParser('text/plain')

  const known = (request: FastifyRequest): Correlation => correlations.get(request) ?? correlationOf(undefined)
  const refuse = (request: FastifyRequest, reply: FastifyReply, faults: readonly unknown[]): FastifyReply => {
    const answer = answers.ofErrors(faults, known(request).correlationId)
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

  // Each answers at a path of its own, and where it is alone at `/graphql` as well.
  const shared = subgraphs.length === 1 ? ['/graphql'] : []
  const endpoints = subgraphs.map((served) => {
    const paths = [...shared, `/${served.subgraph.name}/graphql`]
    const { watch, proofMs } = parts
    return {
      paths,
      ...mountSubgraph(app, { ...served, paths, grants, watch, proofMs, answers, correlationOf: known, refuse }),
    }
  })
  app.server.on('upgrade', (request, socket, head) => {
    const path = requestPath(request.url)
    const endpoint = endpoints.find(({ paths }) => paths.includes(path))
    if (endpoint) endpoint.upgrade(request, socket, head)
    else refuseUpgrade(socket, '404 Not Found')
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

  return {
    app,
    listen: (address) => app.listen(address),
    close: async () => {
      await Promise.all(endpoints.map((endpoint) => endpoint.close()))
      await app.close()
    },
  }
}
