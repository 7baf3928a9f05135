import {
  getOperationAST,
  OperationTypeNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLFormattedError,
} from 'graphql'
import { makeServer, type Context, type Server, type SubscribePayload } from 'graphql-ws'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { newCorrelation, runWithCorrelation, type Correlation } from '../../platform/log/correlation.ts'
import type { Engines } from '../engines.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import type { Engine, IncomingOperation } from '../execution/engine.ts'
import { openContext, type OpenAccess } from '../http/operation-context.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { Documents } from '../operation/documents.ts'
import type { Limits } from '../operation/limits.ts'
import { boundedEvents } from '../streams/bounded-events.ts'
import type { RequestContext } from '../transport/transport.ts'
import { CLOSE, type Connection } from './connection.ts'
import { revocation } from './revocation.ts'

export interface ProtocolOptions {
  readonly engines: Engines
  readonly documents: Documents
  readonly authenticate: Authenticate
  readonly openAccess: OpenAccess | undefined
  readonly watch: GrantWatch['watch'] | undefined
  readonly limits: Limits
  readonly report: ReportError
  readonly clock: Clock
  readonly initTimeoutMs: number
}

type Connected = Context<Record<string, unknown>, Connection>

/** What an operation runs with; graphql-ws carries it from its subscribe message to its execution. */
interface Started {
  readonly engine: Engine
  readonly incoming: IncomingOperation
  readonly request: RequestContext
  readonly correlation: Correlation
}

/** Events that one subscription may have waiting for its client. */
const MAX_WAITING = 256

/** `graphql-transport-ws`: who may connect, and how its operations run, by the same engine as HTTP. */
export const createProtocol = (options: ProtocolOptions): Server<Connection> => {
  const { engines, documents, authenticate, openAccess, limits, report, clock } = options
  const watching = revocation(options)
  const started = new WeakMap<object, Started>()
  const startedOf = ({ contextValue }: ExecutionArgs): Started => {
    const found = typeof contextValue === 'object' && contextValue !== null ? started.get(contextValue) : undefined
    if (!found) throw new Error('An operation runs that was never started')
    return found
  }

  const connect = async ({ connectionParams, extra }: Connected): Promise<boolean> => {
    try {
      extra.authenticated(await authenticate(connectionParams?.['authorization']), clock)
      if (extra.socket.readyState === extra.socket.OPEN) extra.release = watching.connection(extra)
      return true
    } catch (error) {
      // Not refused, not accepted: the client may try again.
      if (error instanceof CataloguedError && error.code !== 'UNAUTHENTICATED') extra.socket.close(CLOSE.tryAgainLater)
      return false
    }
  }

  const start = async (
    { extra, subscriptions }: Connected,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    if (Object.keys(subscriptions).length > limits.maxOperationsPerConnection) {
      extra.socket.close(CLOSE.tooMany, 'Too many operations')
      return [toGraphQLError(catalogued('SUBSCRIPTION_LIMIT'))]
    }
    const engine = engines.current()
    const { apiSchema } = engine.supergraph
    const read = documents.read(payload.query, apiSchema)
    if (!('document' in read)) return read
    const operation = getOperationAST(read.document, payload.operationName)
    if (!operation) return [toGraphQLError(catalogued('OPERATION_NOT_FOUND'))]
    const correlation = newCorrelation()
    const lasts = operation.operation === OperationTypeNode.SUBSCRIPTION
    const opened = await openContext({
      principal: extra.principal,
      correlationId: correlation.correlationId,
      openAccess,
      timeoutMs: lasts ? undefined : limits.requestTimeoutMs,
    })
    if (!(id in subscriptions)) opened.cancel()
    else extra.operations.set(id, opened)
    const incoming = { ...read, operationName: payload.operationName ?? undefined, variables: payload.variables ?? {} }
    const contextValue = {}
    started.set(contextValue, { engine, incoming, request: opened.request, correlation })
    return { schema: apiSchema, document: read.document, operationName: payload.operationName, contextValue }
  }

  const wire = (errors: readonly unknown[], correlationId?: string): readonly GraphQLFormattedError[] =>
    errors.map((error) => {
      const reported = report(error, correlationId)
      return { ...reported, extensions: { ...reported.extensions } }
    })

  return makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: options.initTimeoutMs,
    onConnect: connect,
    onSubscribe: async (context, id, payload) => {
      try {
        return await start(context, id, payload)
      } catch (error) {
        return [toGraphQLError(error)]
      }
    },
    execute: (args) => {
      const { engine, incoming, request, correlation } = startedOf(args)
      return runWithCorrelation(correlation, () => engine.execute(incoming, request))
    },
    subscribe: async (args) => {
      const { engine, incoming, request, correlation } = startedOf(args)
      const stream = await runWithCorrelation(correlation, () => engine.subscribe(incoming, request))
      if (!(Symbol.asyncIterator in stream)) return stream
      const { events, fail } = runWithCorrelation(correlation, () => boundedEvents(stream, MAX_WAITING))
      watching.subscription({ engine, incoming, request, fail })
      return events
    },
    onNext: (_, _id, _payload, args, { data, errors }) => ({
      ...(errors && { errors: wire(errors, startedOf(args).correlation.correlationId) }),
      ...(data !== undefined && { data }),
    }),
    onError: (_, _id, _payload, errors) => wire(errors),
    onComplete: ({ extra }, id) => extra.finish(id),
    onClose: ({ extra }) => extra.closed(),
  })
}
