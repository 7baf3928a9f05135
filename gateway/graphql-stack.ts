import type { ApolloServer, BaseContext } from '@apollo/server'
import Fastify, { type FastifyInstance } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { WebSocketServer } from 'ws'
import { catalogued } from '../platform/errors/catalogue.ts'
import type { Log } from '../platform/log/log.ts'
import { createErrorReporter } from './errors/error-reporter.ts'
import { apolloExchange } from './http/apollo-exchange.ts'
import { catalogueHttpErrors, sendError } from './http/http-errors.ts'
import { labelled } from './http/labelled.ts'
import { answerType } from './http/media-type.ts'
import { acceptJsonAlone, secureRequests } from './http/security.ts'
import { sendAnswer } from './http/send-answer.ts'
import { serveSockets, type Incoming } from './websocket/apollo-sockets.ts'

export interface GraphqlStackOptions<Context extends BaseContext> {
  /** Not started: that is done here. Any schema, any gateway, any plugins. */
  readonly apollo: ApolloServer<Context>
  /** Made for each operation. */
  readonly context: (incoming: Incoming) => Promise<Context>
  readonly log: Log
  readonly path?: string
  readonly maxBodyBytes?: number
}

export interface GraphqlStack {
  readonly fastify: FastifyInstance
  readonly listen: (port: number, host: string) => Promise<{ readonly url: string }>
  readonly stop: () => Promise<void>
}

const DEFAULT_BODY_BYTES = 1_048_576

/**
 * The gateway's HTTP and WebSocket stack over any Apollo Server: GraphQL over HTTP with its media types, encodings and
 * tags, and `graphql-transport-ws` at the same address. Every request and every operation of a socket but subscriptions
 * goes through Apollo and its plugins, which find what they find everywhere.
 */
export const createGraphqlStack = async <Context extends BaseContext>(
  options: GraphqlStackOptions<Context>,
): Promise<GraphqlStack> => {
  const { apollo, context, log, path = '/graphql', maxBodyBytes = DEFAULT_BODY_BYTES } = options
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

  const fastify = Fastify({ logger: false, bodyLimit: maxBodyBytes, exposeHeadRoutes: false })
  secureRequests(fastify)
  acceptJsonAlone(fastify)
  catalogueHttpErrors(fastify, report)
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

  const sockets = new WebSocketServer({ server: fastify.server, path, maxPayload: maxBodyBytes })
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
    stop: async () => {
      await closeSockets()
      await fastify.close()
      await apollo.stop()
    },
  }
}
