import type { Server } from 'node:http'
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { AnswerWriter } from './answer.ts'
import type { CheckedDocument } from './documents.ts'
import type { OperationRunner, PreparedOperation } from './operation.ts'
import type { InternalTokenVerifier } from '../../platform/access/internal-token.ts'
import {
  CORRELATION_HEADER,
  correlationOf,
  runWithCorrelation,
  type Correlation,
} from '../../platform/log/correlation.ts'

export interface WebSocketParts {
  readonly server: Server
  readonly verifier: InternalTokenVerifier
  readonly documents: (text: string) => CheckedDocument
  readonly run: OperationRunner
  readonly answers: AnswerWriter
}

/** One operation of a connection that a gateway shares among its callers. */
interface SocketOperation {
  readonly prepared: PreparedOperation
  readonly correlation: Correlation
  readonly abort: AbortController
}

const MAX_MESSAGE_BYTES = 1024 * 1024
const INITIALISATION_MS = 3_000

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value

const textOf = (extensions: unknown, name: string): string | undefined => {
  if (typeof extensions !== 'object' || extensions === null || !Object.hasOwn(extensions, name)) return undefined
  const value: unknown = Reflect.get(extensions, name)
  return typeof value === 'string' ? value : undefined
}

/** Written by hand: the `return()` of an async generator waits for its upstream's next event. */
const executeEach = (source: AsyncIterable<unknown>, { prepared, correlation, abort }: SocketOperation) => {
  const events = source[Symbol.asyncIterator]()
  const stream: AsyncIterableIterator<ExecutionResult, undefined> = {
    next: () =>
      runWithCorrelation(correlation, async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
        const event = await events.next()
        if (event.done === true) return { done: true, value: undefined }
        return { done: false, value: await prepared.executeEvent(event.value) }
      }),
    return: async () => {
      abort.abort()
      await events.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => stream,
  }
  return stream
}

const subscribeTo = async (operation: SocketOperation) => {
  const source = await runWithCorrelation(operation.correlation, operation.prepared.source)
  return isAsyncIterable(source) ? executeEach(source, operation) : source
}

/**
 * `graphql-transport-ws` at `/graphql`. A connection proves nothing and may be shared: each subscribe message brings
 * its principal's internal token in `extensions.principal`, and its correlation id in `extensions["x-correlation-id"]`.
 */
export const serveWebSockets = ({ server, verifier, documents, run, answers }: WebSocketParts) => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  })
  const operations = new WeakMap<ExecutionArgs, SocketOperation>()
  const operationOf = (values: ExecutionArgs): SocketOperation => {
    const operation = operations.get(values)
    if (operation === undefined) throw new Error('An operation was executed that nobody prepared.')
    return operation
  }
  const refused = (faults: readonly unknown[], { correlationId }: Correlation): readonly GraphQLError[] =>
    answers
      .ofErrors(faults, correlationId)
      .errors.map(({ message, extensions }) => new GraphQLError(message, { extensions: { ...extensions } }))

  const handler = useServer(
    {
      connectionInitWaitTimeout: INITIALISATION_MS,
      onSubscribe: async (_context, _id, payload) => {
        const correlation = correlationOf(textOf(payload.extensions, CORRELATION_HEADER))
        try {
          const principal = await verifier.verify(textOf(payload.extensions, 'principal'))
          const abort = new AbortController()
          const prepared = run({
            document: documents(payload.query),
            operationName: payload.operationName ?? undefined,
            variables: payload.variables ?? {},
            principal,
            signal: abort.signal,
          })
          if (!prepared.ok) return refused(prepared.error, correlation)
          const values: ExecutionArgs = { ...prepared.value.target }
          operations.set(values, { prepared: prepared.value, correlation, abort })
          return values
        } catch (fault) {
          return refused([fault], correlation)
        }
      },
      execute: (values: ExecutionArgs) => {
        const { prepared, correlation } = operationOf(values)
        return runWithCorrelation(correlation, prepared.execute)
      },
      subscribe: (values: ExecutionArgs) => subscribeTo(operationOf(values)),
      onNext: (_context, _id, _payload, values, result) => {
        const { correlation } = operationOf(values)
        const { data, errors } = answers.ofResult(result, correlation.correlationId)
        return {
          ...(data === undefined ? {} : { data: result.data ?? null }),
          ...(errors === undefined
            ? {}
            : { errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions } })) }),
        }
      },
      onError: (_context, _id, _payload, errors) => errors.map(({ message, extensions }) => ({ message, extensions })),
    },
    sockets,
  )

  server.on('upgrade', (request, socket, head) => {
    if (new URL(request.url ?? '/', 'http://subgraph').pathname !== '/graphql') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })

  return {
    close: async (): Promise<void> => {
      for (const socket of sockets.clients) socket.close(1012, 'Restarting')
      await handler.dispose()
    },
  }
}
