import type { FastifyInstance } from 'fastify'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { CORRELATION_HEADER, correlationOf, runWithCorrelation } from '../../platform/log/correlation.ts'
import { stripReservedHeaders } from '../identity/inbound-headers.ts'

/** Of every answer. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** Before anything else of every request: what only the gateway may say is taken away, the correlation begins (R13). */
export const secureRequests = (fastify: FastifyInstance): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    stripReservedHeaders(request.raw.headers)
    const correlation = correlationOf(request.headers[CORRELATION_HEADER])
    reply.headers(SECURITY_HEADERS).header(CORRELATION_HEADER, correlation.correlationId)
    runWithCorrelation(correlation, done)
  })
}

/** JSON that says it is in another encoding than the one that all JSON is in (RFC 8259, section 8.1). */
const FOREIGN_CHARSET = /;\s*charset\s*=\s*(?!"?utf-?8"?\s*(?:;|$))/i

/** No other content type is ever parsed; a text body would spare a browser the preflight. */
export const acceptJsonAlone = (fastify: FastifyInstance): void => {
  fastify.removeAllContentTypeParsers()
  const parse = fastify.getDefaultJsonParser('error', 'error')
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (FOREIGN_CHARSET.test(request.headers['content-type'] ?? '')) done(catalogued('UNSUPPORTED_MEDIA_TYPE'))
    else return parse(request, body, done)
  })
}

export interface CorsOptions {
  /** Exact origins whose pages may call; empty: none but our own. */
  readonly origins: readonly string[]
}

const PREFLIGHT_SECONDS = 600

/** Cross-origin calls with bearer tokens, never with cookies. */
export const allowOrigins = (fastify: FastifyInstance, { origins }: CorsOptions): void => {
  if (origins.length === 0) return
  const allowed = new Set(origins)
  fastify.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    reply.header('vary', 'origin')
    if (origin === undefined || !allowed.has(origin)) return
    reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', CORRELATION_HEADER)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return
    return reply
      .headers({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': `authorization, content-type, apollo-require-preflight, last-event-id, ${CORRELATION_HEADER}`,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
      })
      .code(204)
      .send()
  })
}
