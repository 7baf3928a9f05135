import type { IncomingMessage } from 'node:http'
import type { ApolloServer, BaseContext } from '@apollo/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { WebSocketServer } from 'ws'
import { catalogued } from '../platform/errors/catalogue.ts'
import { pauseWhileUnread } from '../platform/http/pause-while-unread.ts'
import { silentLog, type Log } from '../platform/log/log.ts'
import { isForeignOrigin } from './connections/origin.ts'
import { createErrorReporter } from './errors/error-reporter.ts'
import type { HttpAnswer } from './http/answer.ts'
import { apolloExchange } from './http/apollo-exchange.ts'
import { createEdgeServer } from './http/edge-server.ts'
import { GRAPHQL_PATH } from './http/graphql-route.ts'
import { sendError } from './http/http-errors.ts'
import { labelled } from './http/labelled.ts'
import { answerType } from './http/media-type.ts'
import { sendAnswer } from './http/send-answer.ts'
import { DEFAULT_LIMITS } from './operation/limits.ts'
import { serveSockets, type Incoming } from './websocket/apollo-sockets.ts'

export interface GraphqlStackOptions<Context extends BaseContext> {
  /** Any schema, any gateway, any plugins. Started here, where it is not yet. */
  readonly apollo: ApolloServer<Context>
  /** Of a server that was started before, for its WebSockets: any other tells it when it starts. */
  readonly schema?: GraphQLSchema
  /** Made for each operation. */
  readonly context: (incoming: Incoming) => Promise<Context>
  /** Of what fails here rather than in Apollo; nothing is logged without one. */
  readonly log?: Log
  /** `/graphql`, unless it is said. */
  readonly path?: string
  /** Of a body, and of a message of a WebSocket. */
  readonly maxBodyBytes?: number
  /** Whose pages may call, besides our own. */
  readonly corsOrigins?: readonly string[]
  /** Whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies?: readonly string[]
}

export interface GraphqlStack {
  readonly fastify: FastifyInstance
  readonly listen: (port: number, host: string) => Promise<{ readonly url: string }>
  /** Lets requests under way end within the grace, then cuts them. */
  readonly stop: (graceMs?: number) => Promise<void>
}

const GRACE_MS = 10_000
/** Longer than resolvers take. */
const STANDSTILL_MS = 300_000

/**
 * The gateway's HTTP and WebSocket stack over any Apollo Server: GraphQL over HTTP with its media types, encodings and
 * tags, and `graphql-transport-ws` at the same address. Every request and every operation of a socket but subscriptions
 * goes through Apollo and its plugins, which find what they find everywhere.
 */
export const createGraphqlStack = async <Context extends BaseContext>(
  options: GraphqlStackOptions<Context>,
): Promise<GraphqlStack> => {
  const { apollo, context, log = silentLog, path = GRAPHQL_PATH, maxBodyBytes = DEFAULT_LIMITS.maxBodyBytes } = options
  const report = createErrorReporter({ log, docsBaseUrl: undefined, metrics: undefined })
  const schema = await startedSchema(options)

  const { fastify, drain } = createEdgeServer({ ...options, maxBodyBytes, standstillMs: STANDSTILL_MS, report })
  // Apollo says what it thinks of a body that is no JSON: to it, as to all its integrations, there is none.
  fastify.addContentTypeParser('*', { parseAs: 'string' }, (_, __, done) => done(null, undefined))
  fastify.route({
    method: ['GET', 'POST'],
    url: path,
    handler: async (request, reply) => {
      const type = answerType(request.headers.accept)
      if (!type && !wantsPage(request)) return sendError(reply, catalogued('NOT_ACCEPTABLE'), report)
      const answer = await apolloExchange(apollo, request, () => context({ headers: request.headers }))
      await sendAnswer(request, reply, type ? labelled(withOwnScripts(answer), type) : withOwnScripts(answer))
      return reply
    },
  })

  const origins = new Set(options.corsOrigins)
  const sockets = new WebSocketServer({
    server: fastify.server,
    path,
    maxPayload: maxBodyBytes,
    verifyClient: ({ req }: { readonly req: IncomingMessage }) => !isForeignOrigin(req.headers, origins),
  })
  sockets.on('connection', (socket, { socket: stream }) =>
    pauseWhileUnread(socket, stream, DEFAULT_LIMITS.maxQueuedBytes),
  )
  const closeSockets = serveSockets({
    server: sockets,
    apollo,
    context,
    schema,
  })

  return {
    fastify,
    listen: async (port, host) => ({ url: await fastify.listen({ port, host }) }),
    stop: async (graceMs = GRACE_MS) => {
      await Promise.all([closeSockets(), drain(graceMs)])
      await apollo.stop()
    },
  }
}

/** A landing page brings scripts and styles of its own, which the policy of every other answer forbids. */
const withOwnScripts = (answer: HttpAnswer): HttpAnswer =>
  answer.headers['content-type']?.startsWith('text/html') === true
    ? { ...answer, headers: { 'content-security-policy': undefined, ...answer.headers } }
    : answer

/** What Apollo may answer with its landing page; a query by it changes nothing, even where its answer cannot be sent. */
const wantsPage = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && headers.accept?.includes('text/html') === true

/** Starts the server, and gives the schema that it serves by then: Apollo tells plugins that it knew before it started. */
const startedSchema = async <Context extends BaseContext>({
  apollo,
  schema,
}: GraphqlStackOptions<Context>): Promise<() => GraphQLSchema> => {
  let present = schema
  if (!isStarted(apollo)) {
    apollo.addPlugin({
      serverWillStart: () =>
        Promise.resolve({
          schemaDidLoadOrUpdate: ({ apiSchema }) => {
            present = apiSchema
          },
        }),
    })
    await apollo.start()
  }
  return () => {
    if (!present)
      throw new Error('A server that was started before its stack needs its schema beside it for WebSockets')
    return present
  }
}

const isStarted = <Context extends BaseContext>(apollo: ApolloServer<Context>): boolean => {
  try {
    apollo.assertStarted('createGraphqlStack')
    return true
  } catch {
    return false
  }
}
