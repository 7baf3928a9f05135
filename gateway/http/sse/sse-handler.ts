import type { FastifyReply, FastifyRequest } from 'fastify'
import { getOperationAST, OperationTypeNode } from 'graphql'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { currentCorrelation } from '../../../platform/log/correlation.ts'
import type { ClientAddress } from '../../../platform/http/client-address.ts'
import { holdCaller, type CallerParts } from '../../connections/hold-caller.ts'
import { isForeignOrigin } from '../../connections/origin.ts'
import type { Engines } from '../../engines.ts'
import { statusOf, type ReportError } from '../../errors/error-reporter.ts'
import type { Authentication } from '../../identity/token-verifier.ts'
import type { Documents } from '../../operation/documents.ts'
import type { Limits } from '../../operation/limits.ts'
import type { LiveOperations } from '../../subscriptions/live-operations.ts'
import { retryAfterOf } from '../http-errors.ts'
import { headersOf } from '../security.ts'
import { EventStream } from './event-stream.ts'
import { streamRequest, type StreamRequest } from './request.ts'

export interface SseParts extends CallerParts {
  readonly live: LiveOperations
  readonly engines: Engines
  readonly documents: Documents
  readonly addressOf: ClientAddress
  readonly origins: ReadonlySet<string>
  readonly limits: Limits
  readonly report: ReportError
}

/**
 * Answers a request of this caller by an event stream; false where it takes one `otherwise`, and JSON can carry its
 * answer. Throws what refuses it before.
 */
export type HandleSse = (
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Authentication,
  wanted: 'always' | 'otherwise',
) => boolean

/**
 * GraphQL over SSE, distinct connections: one operation by `POST` or `GET`, each answer a `next` event, then `complete`.
 * An event's `id` is its cursor; `Last-Event-ID` goes on behind it. What is wrong before the stream begins is answered
 * as to any other request; what ends it later is a last `next` with the error.
 */
export const sseHandler = (parts: SseParts): HandleSse => {
  const { live, engines, documents, connections, limits, report } = parts

  const typeOf = ({ query, operationName }: StreamRequest): OperationTypeNode | undefined => {
    const read = documents.read(query, engines.current().supergraph.apiSchema)
    return 'document' in read ? getOperationAST(read.document, operationName)?.operation : undefined
  }

  const takePlaces = (
    request: FastifyRequest,
    caller: Authentication,
    stream: EventStream,
  ): readonly (() => void)[] => {
    if (connections.isDraining()) throw catalogued('SHUTTING_DOWN')
    const address = connections.isFull() ? undefined : connections.addresses.take(parts.addressOf(request.raw))
    const held = address && holdCaller(parts, caller, () => stream.forbid())
    if (held) return [address, held]
    address?.()
    throw catalogued('SUBSCRIPTION_LIMIT')
  }

  return (request, reply, caller, wanted) => {
    if (wanted === 'otherwise' && !isSubscription(request, typeOf)) return false
    if (isForeignOrigin(request.headers, parts.origins)) throw catalogued('CSRF_REFUSED')
    const asked = streamRequest(request)
    if (request.method === 'GET' && typeOf(asked) === OperationTypeNode.MUTATION) {
      reply.header('allow', 'POST')
      throw catalogued('METHOD_NOT_ALLOWED')
    }

    const stream = new EventStream({
      response: reply.raw,
      headers: headersOf(request, reply),
      limits,
      report,
      refuse: (errors) => refuse(request, reply, errors, report),
    })
    const releases = [...takePlaces(request, caller, stream), connections.add(stream)]
    reply.hijack()
    const after = request.headers['last-event-id']
    stream.operation = live.start(
      {
        ...asked,
        principal: caller.principal,
        correlation: currentCorrelation(),
        after: typeof after === 'string' && after !== '' ? after : undefined,
      },
      stream,
    )
    reply.raw.once('close', () => {
      stream.operation?.cancel()
      for (const free of releases) free()
    })
    return true
  }
}

/** What is no GraphQL request at all is for whoever answers those in JSON. */
const isSubscription = (
  request: FastifyRequest,
  typeOf: (asked: StreamRequest) => OperationTypeNode | undefined,
): boolean => {
  try {
    return typeOf(streamRequest(request)) === OperationTypeNode.SUBSCRIPTION
  } catch {
    return false
  }
}

const refuse = (
  request: FastifyRequest,
  reply: FastifyReply,
  errors: readonly unknown[],
  report: ReportError,
): void => {
  const wire = errors.map((error) => report(error))
  const status = Math.max(400, ...wire.map((error) => statusOf(error)))
  const headers = { ...headersOf(request, reply), ...retryAfterOf(status, wire[0]) }
  reply.raw.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' })
  reply.raw.end(JSON.stringify({ errors: wire }))
}
