import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { ApolloServer, BaseContext } from '@apollo/server'
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import type { WebSocketServer } from 'ws'
import { stripReservedHeaders } from '../identity/inbound-headers.ts'

/** What a context is made of: the headers of a request, or of the request that became a WebSocket. */
export interface Incoming {
  readonly headers: IncomingHttpHeaders
  /** What a WebSocket client said when it connected. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined
}

export interface ApolloSocketsOptions<Context extends BaseContext> {
  readonly server: WebSocketServer
  readonly apollo: ApolloServer<Context>
  readonly context: (incoming: Incoming) => Promise<Context>
  readonly schema: () => GraphQLSchema
}

interface Connected {
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined
  readonly extra: { readonly request: IncomingMessage }
}

/**
 * `graphql-transport-ws` over any Apollo Server: queries and mutations are Apollo's, subscriptions are graphql-js's over
 * Apollo's schema. Gives what ends it.
 */
export const serveSockets = <Context extends BaseContext>(
  options: ApolloSocketsOptions<Context>,
): (() => Promise<void>) => {
  const { apollo, context, schema } = options
  const asked = new WeakMap<object, SubscribePayload>()

  const begin = async (
    { connectionParams, extra }: Connected,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const document = parsed(payload.query)
    if (document instanceof GraphQLError) return [document]
    const operation = getOperationAST(document, payload.operationName)
    const present = schema()
    // Of everything else Apollo finds out by itself whether it is valid.
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
      const errors = validate(present, document)
      if (errors.length > 0) return errors
    }
    const args: ExecutionArgs = {
      schema: present,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: await context({ headers: extra.request.headers, connectionParams }),
    }
    asked.set(args, payload)
    return args
  }

  const disposable = useServer<Record<string, unknown>>(
    {
      onConnect: ({ extra }) => {
        stripReservedHeaders((extra as Connected['extra']).request.headers) // what graphql-ws keeps of a connection by ws
      },
      onSubscribe: (connected, _, payload) => begin(connected, payload),
      execute: async (args) => {
        const { query, variables, operationName } = asked.get(args) ?? { query: '' }
        const { body } = await apollo.executeOperation(
          { query, ...(variables && { variables }), ...(operationName && { operationName }) },
          { contextValue: args.contextValue as Context }, // `begin` made it
        )
        if (body.kind !== 'single') return { errors: [new GraphQLError('Incremental answers need HTTP.')] }
        // Formatted already: graphql-ws sends errors as they are given.
        return body.singleResult as ExecutionResult
      },
      subscribe: (args) => subscribe(args),
      onNext: (_, __, ___, ____, { data, errors }) => ({
        ...(errors && { errors: errors.map(formatted) }),
        ...(data !== undefined && { data }),
      }),
    },
    options.server,
  )
  return async () => {
    await disposable.dispose()
  }
}

const formatted = (error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError =>
  error instanceof GraphQLError ? error.toJSON() : error

const parsed = (query: string): DocumentNode | GraphQLError => {
  try {
    return parse(query)
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError(String(error))
  }
}
