import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { catalogued, CataloguedError, type ErrorCode } from '../../platform/errors/catalogue.ts'
import type { WireError } from '../../platform/errors/wire.ts'
import { requestPath } from '../../platform/http/request-path.ts'
import { CORRELATION_HEADER } from '../../platform/log/correlation.ts'
import { statusOf, type ReportError } from '../errors/error-reporter.ts'
import { discardBody } from './discard-body.ts'

const TOO_LARGE = 'FST_ERR_CTP_BODY_TOO_LARGE'

/** What Fastify finds wrong with a request before a route sees it. */
const BY_CODE: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  [TOO_LARGE, 'BODY_TOO_LARGE'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'INVALID_JSON'],
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'INVALID_JSON'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'INVALID_JSON'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'UNSUPPORTED_MEDIA_TYPE'],
  ['FST_ERR_CTP_EMPTY_TYPE', 'UNSUPPORTED_MEDIA_TYPE'],
  ['FST_ERR_BAD_URL', 'ROUTE_NOT_FOUND'],
])

/** Where nothing says how long a refused client should wait. */
const RETRY_SECONDS = 1

const METHODS = ['GET', 'POST'] as const

/**
 * Every answer that is not a GraphQL answer is still the catalogue's: JSON, a code, a correlation id, no stack. Gives what
 * refuses a request that no route takes.
 */
export const catalogueHttpErrors = (
  fastify: FastifyInstance,
  report: ReportError,
): ((request: FastifyRequest, reply: FastifyReply) => FastifyReply) => {
  fastify.setErrorHandler(async (error: FastifyError, request, reply) => {
    if (error.code === TOO_LARGE) await discardBody(request.raw)
    return sendError(reply, catalogueError(error), report)
  })
  const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = METHODS.filter((method) => fastify.hasRoute({ method, url: requestPath(request.url) }))
    if (allowed.length === 0) return sendError(reply, catalogued('ROUTE_NOT_FOUND'), report)
    return sendError(reply.header('allow', allowed.join(', ')), catalogued('METHOD_NOT_ALLOWED'), report)
  }
  fastify.setNotFoundHandler(refuse)
  return refuse
}

/** Answers with one error and the status that the catalogue gives it. */
export const sendError = (reply: FastifyReply, error: unknown, report: ReportError): FastifyReply => {
  const wire = report(error)
  // A request that failed as a whole never looks like one that succeeded.
  const status = Math.max(statusOf(wire), 400)
  return reply
    .code(status)
    .headers(retryAfterOf(status, wire))
    .header(CORRELATION_HEADER, wire.extensions.correlationId)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [wire] }))
}

/** The header of an answer that the client may try again, as the error says or after a moment; none of any other. */
export const retryAfterOf = (status: number, error: WireError | undefined): Readonly<Record<string, string>> =>
  status === 429 || status === 503
    ? { 'retry-after': String(error?.extensions.retryAfterSeconds ?? RETRY_SECONDS) }
    : {}

const catalogueError = (error: FastifyError): unknown => {
  if (error instanceof CataloguedError) return error
  const code = BY_CODE.get(error.code)
  if (code !== undefined) return catalogued(code)
  // Fastify's JSON parser throws plain syntax errors marked as the client's.
  if (error.statusCode === 400) return catalogued('INVALID_JSON')
  return error
}
