import type { IncomingMessage } from 'node:http'
import type { ApolloServer, BaseContext } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { WebSocketServer } from 'ws'
import { catalogued } from '../platform/errors/catalogue.ts'
import { pauseWhileUnread } from '../platform/http/pause-while-unread.ts'
import type { Log } from '../platform/log/log.ts'
import { isForeignOrigin } from './connections/origin.ts'
import { createErrorReporter } from './errors/error-reporter.ts'
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
  /** Not started: that is done here. Any schema, any gateway, any plugins. */
  readonly apollo: ApolloServer<Context>
  /** Made for each operation. */
  readonly context: (incoming: Incoming) => Promise<Context>
  readonly log: Log
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
  const { apollo, context, log, path = GRAPHQL_PATH, maxBodyBytes = DEFAULT_LIMITS.maxBodyBytes } = options
  const report = createErrorReporter({ log, docsBaseUrl: undefined, metrics: undefined })
  let schema: GraphQLSchema | undefined
  apollo.addPlugin({
    serverWillStart: () =>
      Promise.resolve({
        schemaDidLoadOrUpdate: ({ apiSchema }) => {
          schema = apiSchema
        },
      }),
  })
  await apollo.start()

  const { fastify, drain } = createEdgeServer({ ...options, maxBodyBytes, standstillMs: STANDSTILL_MS, report })
  fastify.route({
    method: ['GET', 'POST'],
    url: path,
    handler: async (request, reply) => {
      const type = answerType(request.headers.accept)
      if (!type) return sendError(reply, catalogued('NOT_ACCEPTABLE'), report)
      const answer = await apolloExchange(apollo, request, () => context({ headers: request.headers }))
      await sendAnswer(request, reply, labelled(answer, type))
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
    schema: () => {
      if (!schema) throw new Error('Apollo Server has no schema yet')
      return schema
    },
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
