import type { ApolloServer } from '@apollo/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import { tracedRequest } from '../../platform/tracing/spans.ts'
import { isLater, type Prompt } from '../execution/later.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { Authentication } from '../identity/token-verifier.ts'
import { Timeouts } from '../transport/timeouts.ts'
import type { RequestContext } from '../transport/transport.ts'
import type { HttpAnswer } from './answer.ts'
import { apolloExchange } from './apollo-exchange.ts'
import type { GatewayContext } from './apollo.ts'
import { labelled } from './labelled.ts'
import { answerType, type AnswerType } from './media-type.ts'
import { sendAnswer } from './send-answer.ts'
import type { ShortWay } from './short-way.ts'
import type { IdePage } from './ide/ide-page.ts'
import { wantsEventStream } from './sse/request.ts'
import type { HandleSse } from './sse/sse-handler.ts'
import { openContext, type OpenAccess, type OpenedContext } from './operation-context.ts'

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<GatewayContext>
  /** Undefined where plugins listen to every request. */
  readonly shortWay: ShortWay | undefined
  /** How many operations one request may hold; 0: none but the one that is its body. */
  readonly maxBatch: number
  readonly authenticate: Authenticate
  readonly openAccess: OpenAccess | undefined
  readonly timeoutMs: number
  /** Answers what is asked for as an event stream. */
  readonly sse: HandleSse
  /** Undefined in production: then a browser gets what any client gets. */
  readonly ide: IdePage | undefined
}

export const GRAPHQL_PATH = '/graphql'

/** As what a client wants its answer: in JSON of a type, or as an event stream. */
type Wish = AnswerType | 'always' | 'otherwise'

/** `POST` and `GET /graphql`: operations, and the IDE for a browser that opens the address. */
export const graphqlRoute = (fastify: FastifyInstance, options: GraphqlRouteOptions): void => {
  const { apollo, shortWay, maxBatch, authenticate, openAccess, timeoutMs, sse, ide } = options

  const timeouts = new Timeouts(timeoutMs)

  /** Runs what the body asks for; what it is answered with. */
  const run = (request: FastifyRequest, context: RequestContext): Prompt<HttpAnswer> =>
    (request.method === 'POST' ? shortWay?.run(request.body, context) : undefined) ??
    apolloExchange(apollo, request, () => Promise.resolve({ request: context }))

  const answer = (
    request: FastifyRequest,
    reply: FastifyReply,
    type: AnswerType,
    context: OpenedContext,
  ): Prompt<void> => {
    // It left while it was asked who it is: its close has been told, and nobody is there for an answer.
    if (reply.raw.destroyed) {
      context.cancel()
      reply.hijack()
      return
    }
    const send = (found: HttpAnswer): Prompt<void> => {
      context.finish()
      return sendAnswer(request, reply, labelled(found, type))
    }
    const fail = (error: unknown): never => {
      context.finish()
      throw error
    }
    let found: Prompt<HttpAnswer>
    try {
      found = run(request, context.request)
    } catch (error) {
      return fail(error)
    }
    if (!isLater(found)) return send(found)
    reply.raw.on('close', () => context.cancel())
    return found.then(send, fail)
  }

  const known = (request: FastifyRequest, reply: FastifyReply, caller: Authentication, wish: Wish): Prompt<void> => {
    if (typeof wish === 'string') {
      if (reply.raw.destroyed) return void reply.hijack()
      // Nobody's document is read before it is known whose it is.
      if (sse(request, reply, caller, wish)) return
    }
    const type = typeof wish === 'string' ? jsonTypeOf(request) : wish
    const context = openContext({ principal: caller.principal, correlationId: request.id, openAccess, timeouts })
    return isLater(context)
      ? context.then((opened) => answer(request, reply, type, opened))
      : answer(request, reply, type, context)
  }

  /** What does not fit is refused before anything runs: after it would be too late for a mutation. */
  const jsonTypeOf = ({ headers, body }: FastifyRequest): AnswerType => {
    const type = answerType(headers.accept)
    if (!type) throw catalogued('NOT_ACCEPTABLE')
    if (Array.isArray(body) && maxBatch > 0 && body.length > maxBatch) throw tooManyOperations(maxBatch, body.length)
    return type
  }

  const operate = (request: FastifyRequest, reply: FastifyReply): Prompt<void> => {
    const streamed = wantsEventStream(request.headers.accept)
    const wish = streamed === 'never' ? jsonTypeOf(request) : streamed
    const caller = authenticate(request.headers.authorization, request.socket)
    return isLater(caller)
      ? caller.then((later) => known(request, reply, later, wish))
      : known(request, reply, caller, wish)
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
