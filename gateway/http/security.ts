import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { CORRELATION_HEADER, correlationIdOf, runWithCorrelation } from '../../platform/log/correlation.ts'
import { stripReservedHeaders } from '../identity/inbound-headers.ts'

/** Of every answer. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** The id of a request is its correlation id. */
export const requestId = ({ headers }: IncomingMessage): string => correlationIdOf(headers[CORRELATION_HEADER])

/**
 * Before anything else of every request: what only the gateway may say is taken away, the correlation begins (R13).
 * Whatever is sent by Fastify has the headers of every answer, but for those that its route has set otherwise.
 */
export const secureRequests = (fastify: FastifyInstance): void => {
  fastify.addHook('onRequest', (request, _, done) => {
    stripReservedHeaders(request.raw.headers)
    runWithCorrelation({ correlationId: request.id, causationId: request.id }, done)
  })
  fastify.addHook('onSend', (request, reply, payload, done) => {
    reply.headers(headersOf(request, reply))
    done(null, payload)
  })
}

/** The headers of an answer that is sent past Fastify: those of every answer, and what was set for this one. */
export const headersOf = (request: FastifyRequest, reply: FastifyReply): Record<string, string> =>
  // What was set before is of this server: texts, each once. The object is made for who asks.
  ({
    ...SECURITY_HEADERS,
    [CORRELATION_HEADER]: request.id,
    ...(reply.getHeaders() as Record<string, string>),
  })

/** JSON that says it is in another encoding than the one that all JSON is in (RFC 8259, section 8.1). */
const FOREIGN_CHARSET = /;\s*charset\s*=\s*(?!"?utf-?8"?\s*(?:;|$))/i

/** No other content type is ever parsed; a text body would spare a browser the preflight. */
export const acceptJsonAlone = (fastify: FastifyInstance): void => {
  fastify.removeAllContentTypeParsers()
  const parse = fastify.getDefaultJsonParser('error', 'error')
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers
    if (type !== 'application/json' && FOREIGN_CHARSET.test(type)) return done(catalogued('UNSUPPORTED_MEDIA_TYPE'))
    if (encoding !== undefined && !/^(?:identity)?$/i.test(encoding)) return done(catalogued('UNSUPPORTED_MEDIA_TYPE'))
    const value = mayPoison(body) ? undefined : parsed(body)
    // What is suspect, or wrong, is for the parser that says what it is.
    if (value === undefined) return parse(request, body, done)
    done(null, value)
  })
}

/** Whether a property of the text might be `__proto__` or `constructor`, be it written with escapes. */
const mayPoison = (json: string): boolean =>
  json.includes('__proto__') || json.includes('constructor') || json.includes(String.raw`\u`)

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
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
  fastify.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    reply.header('vary', 'origin')
    if (origin === undefined || !allowed.has(origin)) return done()
    reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', CORRELATION_HEADER)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return done()
    reply
      .headers({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': `authorization, content-type, apollo-require-preflight, last-event-id, ${CORRELATION_HEADER}`,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
      })
      .code(204)
      .send()
  })
}
