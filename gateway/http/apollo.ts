import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import { GraphQLError, OperationTypeNode, type ExecutionResult, type ValidationRule } from 'graphql'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'
import type { Engines } from '../engines.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import { answerText } from '../execution/completion/answer-text.ts'
import type { Documents } from '../operation/documents.ts'
import type { Limits } from '../operation/limits.ts'
import type { RequestContext } from '../transport/transport.ts'
import { ofTransport, statusOfError } from './apollo-errors.ts'
import { documentStore } from './document-store.ts'

/** The seam of Apollo Server behind which a gateway stands. */
type GatewayInterface = NonNullable<ConstructorParameters<typeof ApolloServer>[0]['gateway']>

/** What an Apollo plugin finds as `contextValue`. */
export interface GatewayContext {
  readonly request: RequestContext
}

export interface ApolloOptions {
  readonly engines: Engines
  readonly limits: Limits
  readonly rules: readonly ValidationRule[]
  readonly production: boolean
  readonly log: Log
  readonly report: ReportError
  /** Remembers what Apollo parsed and validated. */
  readonly documents: Documents
  /** Whether a body may be a list of operations. */
  readonly batching: boolean
  readonly plugins?: readonly ApolloServerPlugin<GatewayContext>[]
}

/** Apollo Server over our engine: its HTTP contract, document cache and plugins; execution is ours. */
export const createApollo = (options: ApolloOptions): ApolloServer<GatewayContext> => {
  const { engines, limits, rules, production, log, report, documents, batching, plugins = [] } = options
  return new ApolloServer<GatewayContext>({
    gateway: gatewayInterface(engines),
    formatError: (_, error) => {
      const wire = report(ofTransport(error))
      return { ...wire, extensions: { ...wire.extensions } }
    },
    validationRules: [...rules],
    documentStore: documentStore(),
    parseOptions: { maxLexicalTokens: limits.maxTokens },
    // Our own rule refuses it with a code of the catalogue.
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: batching,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    nodeEnv: production ? 'production' : 'development',
    logger: apolloLog(log),
    stringifyResult: answerText,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      // Of subgraphs alone; a caller who brings plugins may bring this one, and must not find it switched off.
      ...(plugins.length === 0 ? [ApolloServerPluginInlineTraceDisabled()] : []),
      runnableOperation(documents),
      ...plugins,
    ],
  })
}

const gatewayInterface = (engines: Engines): GatewayInterface => ({
  onSchemaLoadOrUpdate: (listener) =>
    engines.onUpdate(({ supergraph }) =>
      listener({ apiSchema: supergraph.apiSchema, coreSupergraphSdl: supergraph.sdl }),
    ),
  load: () =>
    Promise.resolve({
      executor: async ({ document, queryHash, request, schema, context }) => {
        const { request: caller } = context as GatewayContext // what the route gave Apollo for this request
        const incoming = {
          document,
          documentKey: queryHash,
          operationName: request.operationName ?? undefined,
          variables: request.variables ?? {},
        }
        // Operations of one batch share nothing: each is an operation of its own.
        return withStatuses(await engines.of(schema).execute(incoming, { ...caller, state: new Map() }))
      },
    }),
  stop: () => Promise.resolve(),
})

/** Apollo hands operations to the gateway that cannot be run at all: they are the request's mistake. */
const runnableOperation = (documents: Documents): ApolloServerPlugin<GatewayContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation, source, schema, document, queryHash }) => {
        documents.remember(source, schema, { document, documentKey: queryHash })
        if (!operation) throw withStatus(toGraphQLError(catalogued('OPERATION_NOT_FOUND')))
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw withStatus(toGraphQLError(overWebSocket()))
        return Promise.resolve()
      },
    }),
})

const overWebSocket = (): CataloguedError =>
  catalogued(
    'BAD_REQUEST',
    {},
    {
      message:
        'Subscriptions are served at this address over WebSocket (subprotocol graphql-transport-ws), and as event streams to clients that accept text/event-stream.',
    },
  )

/** An error that fails the whole request takes its HTTP status from the catalogue. */
const withStatus = (error: GraphQLError): GraphQLError => {
  const status = statusOfError(error)
  return new GraphQLError(error.message, {
    ...(error.path && { path: error.path }),
    originalError: error.originalError,
    extensions: { ...error.extensions, http: { status } },
  })
}

/** As Apollo and its plugins take it: they may add to the extensions. */
const withStatuses = ({ data, errors, extensions }: ExecutionResult): ExecutionResult => ({
  ...(errors && { errors: data === undefined ? errors.map(withStatus) : errors }),
  ...(data !== undefined && { data }),
  ...(extensions && { extensions: { ...extensions } }),
})

const apolloLog = (log: Log) => ({
  debug: (message?: unknown) => log.debug(String(message)),
  info: (message?: unknown) => log.debug(String(message)),
  warn: (message?: unknown) => log.warn(String(message)),
  error: (message?: unknown) => log.error(String(message)),
})
