import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GraphQLError, type ExecutionArgs } from 'graphql'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type SubscribePayload } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer, type WebSocket } from 'ws'
import type { AnswerWriter } from './answer.ts'
import type { CheckedDocument } from './documents.ts'
import type { OperationRunner } from './operation.ts'
import { subscribeTo, type SocketOperation } from './socket-operation.ts'
import { socketProofs } from './socket-proof.ts'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import type { InternalTokenVerifier } from '../../platform/access/internal-token.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { pauseWhileUnread } from '../../platform/http/pause-while-unread.ts'
import { TRACE_EXTENSION } from '../../platform/tracing/event-trace.ts'
import { CataloguedError } from '../../platform/errors/catalogue.ts'
import {
  CORRELATION_HEADER,
  correlationOf,
  runWithCorrelation,
  type Correlation,
} from '../../platform/log/correlation.ts'

export interface WebSocketParts {
  readonly verifier: InternalTokenVerifier
  readonly documents: (text: string) => CheckedDocument
  readonly run: OperationRunner
  readonly answers: AnswerWriter
  readonly watch: GrantWatch['watch'] | undefined
  /** How long a connection may stay that has shown no valid token. */
  readonly proofMs?: number | undefined
}

const MAX_MESSAGE_BYTES = 1024 * 1024
/** So much may wait for a gateway that reads slowly; past it what it asks for waits, too. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024
const INITIALISATION_MS = 3_000

const textOf = (extensions: unknown, name: string): string | undefined => {
  if (typeof extensions !== 'object' || extensions === null || !Object.hasOwn(extensions, name)) return undefined
  const value: unknown = Reflect.get(extensions, name)
  return typeof value === 'string' ? value : undefined
}

/**
 * `graphql-transport-ws`. A connection proves nothing and may be shared: each subscribe message brings
 * its principal's internal token in `extensions.principal`, and its correlation id in `extensions["x-correlation-id"]`.
 */
export const acceptWebSockets = (parts: WebSocketParts) => {
  const { verifier, documents, run, answers, watch } = parts
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  })
  const proofs = socketProofs(parts.proofMs)
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
  const refusal = (fault: unknown, correlation: Correlation): GraphQLError =>
    refused([fault], correlation)[0] ?? new GraphQLError('Refused')

  const prepare = async (
    socket: WebSocket,
    payload: SubscribePayload,
    correlation: Correlation,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const principal = await verifier.verify(textOf(payload.extensions, 'principal')).catch((fault: unknown) => {
      if (fault instanceof CataloguedError && fault.code === 'UNAUTHENTICATED') proofs.refused(socket)
      throw fault
    })
    proofs.proven(socket)
    const cancellation = new Cancellation()
    const prepared = run({
      document: documents(payload.query),
      operationName: payload.operationName ?? undefined,
      variables: payload.variables ?? {},
      principal,
      cancellation,
    })
    if (!prepared.ok) return refused(prepared.error, correlation)
    const values: ExecutionArgs = { ...prepared.value.target }
    operations.set(values, { prepared: prepared.value, principal, correlation, cancellation })
    return values
  }

  const handler = useServer(
    {
      connectionInitWaitTimeout: INITIALISATION_MS,
      onSubscribe: async ({ extra }, _id, payload) => {
        const correlation = correlationOf(textOf(payload.extensions, CORRELATION_HEADER))
        try {
          return await prepare(extra.socket, payload, correlation)
        } catch (fault) {
          return refused([fault], correlation)
        }
      },
      execute: (values: ExecutionArgs) => {
        const { prepared, correlation } = operationOf(values)
        return runWithCorrelation(correlation, prepared.execute)
      },
      subscribe: (values: ExecutionArgs) => subscribeTo(operationOf(values), { watch, refusal }),
      onNext: (_context, _id, _payload, values, result) => {
        const { correlation } = operationOf(values)
        const { data, errors } = answers.ofResult(result, correlation.correlationId)
        const traceparent = textOf(result.extensions, TRACE_EXTENSION)
        return {
          ...(data === undefined ? {} : { data: result.data ?? null }),
          ...(errors === undefined
            ? {}
            : { errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions } })) }),
          ...(traceparent === undefined ? {} : { extensions: { [TRACE_EXTENSION]: traceparent } }),
        }
      },
      onError: (_context, _id, _payload, errors) => errors.map(({ message, extensions }) => ({ message, extensions })),
    },
    sockets,
  )

  return {
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      sockets.handleUpgrade(request, socket, head, (opened) => {
        proofs.opened(opened)
        pauseWhileUnread(opened, socket, MAX_UNREAD_BYTES)
        sockets.emit('connection', opened, request)
      })
    },
    close: async (): Promise<void> => {
      for (const socket of sockets.clients) socket.close(1012, 'Restarting')
      await handler.dispose()
    },
  }
}
