import type { ApolloServer } from '@apollo/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import { currentCorrelation, newCorrelationId } from '../../platform/log/correlation.ts'
import { tracedRequest } from '../../platform/tracing/spans.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import { isLater } from '../execution/later.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import { apolloExchange } from './apollo-exchange.ts'
import type { GatewayContext } from './apollo.ts'
import { sendError } from './http-errors.ts'
import { labelled } from './labelled.ts'
import { answerType } from './media-type.ts'
import { sendAnswer } from './send-answer.ts'
import type { ShortWay } from './short-way.ts'
import type { IdePage } from './ide/ide-page.ts'
import type { HandleSse } from './sse/sse-handler.ts'
import { openContext, type OpenAccess } from './operation-context.ts'

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<GatewayContext>
  /** Undefined where plugins listen to every request. */
  readonly shortWay: ShortWay | undefined
  /** How many operations one request may hold; 0: none but the one that is its body. */
  readonly maxBatch: number
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
  const { apollo, shortWay, maxBatch, authenticate, openAccess, timeoutMs, report, sse, ide } = options

  const operate = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const streamed = sse(request, reply)
    if (isLater(streamed) ? await streamed : streamed) return reply
    // Before anything runs: after it would be too late for a mutation.
    const type = answerType(request.headers.accept)
    if (!type) return sendError(reply, catalogued('NOT_ACCEPTABLE'), report)
    if (Array.isArray(request.body) && maxBatch > 0 && request.body.length > maxBatch)
      throw tooManyOperations(maxBatch, request.body.length)
    const { principal } = await authenticate(request.headers.authorization)
    const correlationId = currentCorrelation()?.correlationId ?? newCorrelationId()
    const context = await openContext({ principal, correlationId, openAccess, timeoutMs })
    // It left while it was asked who it is: its close has been told, and nobody is there for an answer.
    if (reply.raw.destroyed) {
      context.cancel()
      return reply.hijack()
    }
    reply.raw.once('close', () => (reply.raw.writableFinished ? context.finish() : context.cancel()))
    const short = request.method === 'POST' ? shortWay?.of(request.body) : undefined
    const answer = short
      ? await short(context.request)
      : await apolloExchange(apollo, request, () => Promise.resolve({ request: context.request }))
    await sendAnswer(request, reply, labelled(answer, type))
    return reply
  }

  fastify.route({
    method: ['GET', 'POST'],
    url: GRAPHQL_PATH,
    handler: (request, reply) =>
      ide && opensInBrowser(request)
        ? ide.send(reply)
        : tracedRequest(request.headers, `${request.method} ${GRAPHQL_PATH}`, {}, () => operate(request, reply)),
  })
}

const tooManyOperations = (limit: number, requested: number): CataloguedError =>
  catalogued('BAD_REQUEST', { limit, requested }, { message: `A request may hold ${limit} operations at most.` })

const opensInBrowser = ({ method, headers, query }: FastifyRequest): boolean =>
  method === 'GET' &&
  headers.accept?.includes('text/html') === true &&
  !(
    typeof query === 'object' &&
    query !== null &&
    ('extensions' in query || headers.accept.includes('application/json'))
  )
