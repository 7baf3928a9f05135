import { fastifyApolloHandler } from '@as-integrations/fastify'
import type { ApolloServer } from '@apollo/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { currentCorrelation, newCorrelationId } from '../../platform/log/correlation.ts'
import { tracedRequest } from '../../platform/tracing/spans.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { GatewayContext } from './apollo.ts'
import { sendError } from './http-errors.ts'
import type { IdePage } from './ide/ide-page.ts'
import type { HandleSse } from './sse/sse-handler.ts'
import { openContext, type OpenAccess, type OpenedContext } from './operation-context.ts'

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<GatewayContext>
  readonly authenticate: Authenticate
  readonly openAccess: OpenAccess | undefined
  readonly timeoutMs: number
  readonly report: ReportError
  /** Answers what is asked for as an event stream. */
  readonly sse: HandleSse
  /** Undefined in production: then a browser gets what any client gets. */
  readonly ide: IdePage | undefined
}

export const GRAPHQL_PATH = '/graphql'

/** `POST` and `GET /graphql`: operations, and the IDE for a browser that opens the address. */
export const graphqlRoute = (fastify: FastifyInstance, options: GraphqlRouteOptions): void => {
  const { apollo, authenticate, openAccess, timeoutMs, report, sse, ide } = options
  const opened = new WeakMap<FastifyRequest, OpenedContext>()
  const run = fastifyApolloHandler(apollo, {
    context: (request) => {
      const context = opened.get(request)
      if (!context) throw new Error('A request reached Apollo without a context')
      return Promise.resolve({ request: context.request })
    },
  })

  const operate = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (await sse(request, reply)) return reply
    if (!isAcceptable(request.headers.accept)) return sendError(reply, catalogued('NOT_ACCEPTABLE'), report)
    const { principal } = await authenticate(request.headers.authorization)
    const correlationId = currentCorrelation()?.correlationId ?? newCorrelationId()
    const context = await openContext({ principal, correlationId, openAccess, timeoutMs })
    opened.set(request, context)
    reply.raw.once('close', () => (reply.raw.writableFinished ? context.finish() : context.cancel()))
    return run.call(fastify, request, reply)
  }

  fastify.route({
    method: ['GET', 'POST'],
    url: GRAPHQL_PATH,
    handler: async (request, reply) => {
      if (ide && opensInBrowser(request)) return ide.send(reply)
      return tracedRequest(request.headers, `${request.method} ${GRAPHQL_PATH}`, {}, () => operate(request, reply))
    },
  })
}

/** Apollo looks at `accept` after the operation has run: too late for a mutation. */
const isAcceptable = (accept: string | undefined): boolean =>
  accept === undefined || /application\/(?:json|graphql-response\+json|\*)|\*\/\*/i.test(accept)

const opensInBrowser = ({ method, headers, query }: FastifyRequest): boolean =>
  method === 'GET' &&
  headers.accept?.includes('text/html') === true &&
  !(
    typeof query === 'object' &&
    query !== null &&
    ('extensions' in query || headers.accept.includes('application/json'))
  )
