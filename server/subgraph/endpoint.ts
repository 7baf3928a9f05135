import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AnswerWriter } from './answer.ts'
import type { HostedSubgraph } from './build.ts'
import { documentCache } from './documents.ts'
import { operationRunner, type OperationGrants } from './operation.ts'
import { acceptWebSockets } from './websocket.ts'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import { PRINCIPAL_HEADER, type InternalTokenVerifier } from '../../platform/access/internal-token.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { TIMEOUT_HEADER, timeoutOf } from '../../platform/graphql/timeout-header.ts'
import { runWithCorrelation, type Correlation } from '../../platform/log/correlation.ts'
import { tracedRequest } from '../../platform/tracing/spans.ts'

/** One subgraph, and by what it knows who calls it: tokens are made for one subgraph each. */
export interface ServedSubgraph {
  readonly subgraph: HostedSubgraph
  readonly verifier: InternalTokenVerifier
}

export interface EndpointParts extends ServedSubgraph {
  /** Where it answers. */
  readonly paths: readonly string[]
  readonly grants: OperationGrants
  readonly watch: GrantWatch['watch'] | undefined
  readonly proofMs: number | undefined
  readonly answers: AnswerWriter
  readonly correlationOf: (request: FastifyRequest) => Correlation
  readonly refuse: (request: FastifyRequest, reply: FastifyReply, faults: readonly unknown[]) => FastifyReply
}

/** A subgraph at its paths of a server. */
export interface Endpoint {
  /** Takes over a connection whose client asked for one of its paths. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Ends what clients are subscribed to. */
  readonly close: () => Promise<void>
}

const bodySchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
})

/** By the name of a header; undefined where it was not sent, or more than once. */
export const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Cancelled when the caller goes away before it has its answer, and when it has waited for as long as it said. */
const cancellationOf = (request: FastifyRequest, reply: FastifyReply): Cancellation => {
  const cancellation = new Cancellation()
  const timeoutMs = timeoutOf(headerOf(request, TIMEOUT_HEADER))
  const timer = timeoutMs && setTimeout(() => cancellation.cancel(catalogued('REQUEST_TIMEOUT')), timeoutMs)
  reply.raw.once('close', () => {
    clearTimeout(timer)
    if (!reply.raw.writableFinished) cancellation.cancel(catalogued('REQUEST_CANCELLED'))
  })
  return cancellation
}

/** Mounts one subgraph: its operations by `POST`, its subscriptions over WebSocket. */
export const mountSubgraph = (app: FastifyInstance, parts: EndpointParts): Endpoint => {
  const { subgraph, verifier, grants, answers, correlationOf, refuse, watch, proofMs } = parts
  const documents = documentCache(subgraph.schema)
  const run = operationRunner({ subgraph, grants })
  const proven = new WeakMap<FastifyRequest, Principal>()

  for (const url of parts.paths) {
    app.route({
      method: 'POST',
      url,
      // Before the body is read: whoever proves nothing sends nothing (R88).
      onRequest: async (request) => {
        proven.set(request, await verifier.verify(headerOf(request, PRINCIPAL_HEADER)))
      },
      handler: async (request, reply) => {
        const principal = proven.get(request)
        if (principal === undefined) throw catalogued('UNAUTHENTICATED')
        const correlation = correlationOf(request)
        const body = bodySchema.safeParse(request.body)
        if (!body.success) throw catalogued('BAD_REQUEST')
        const operation = run({
          document: documents(body.data.query),
          operationName: body.data.operationName ?? undefined,
          variables: body.data.variables ?? {},
          principal,
          cancellation: cancellationOf(request, reply),
        })
        if (!operation.ok) return refuse(request, reply, operation.error)
        if (operation.value.kind === 'subscription') throw catalogued('BAD_REQUEST')
        const result = await tracedRequest(request.headers, `subgraph ${subgraph.name}`, {}, () =>
          runWithCorrelation(correlation, operation.value.execute),
        )
        return reply.send(answers.ofResult(result, correlation.correlationId))
      },
    })
    app.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE'],
      url,
      handler: async (request) => {
        await verifier.verify(headerOf(request, PRINCIPAL_HEADER))
        throw catalogued('METHOD_NOT_ALLOWED')
      },
    })
  }

  return acceptWebSockets({ verifier, documents, run, answers, watch, proofMs })
}
