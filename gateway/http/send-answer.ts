import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { byteLengthOf, type Pieces } from '../execution/completion/pieces.ts'
import { isWhole, type HttpAnswer } from './answer.ts'
import { chooseEncoding, encoder, WORTH_ENCODING_BYTES } from './encoding.ts'

/**
 * Sends an answer past Fastify's own sending: in as few writes as it has pieces, no faster than the client reads,
 * compressed where the client takes it and it is worth it.
 */
export const sendAnswer = async (request: FastifyRequest, reply: FastifyReply, answer: HttpAnswer): Promise<void> => {
  const response = reply.raw
  // What was set before is of this server: texts, each once.
  const headers = { ...(reply.getHeaders() as Record<string, string>), ...answer.headers }
  reply.hijack()
  if (response.destroyed) return
  if (!isWhole(answer.body)) {
    response.writeHead(answer.status, headers)
    await piped(pipeline(Readable.from(answer.body), response))
    return
  }
  const length = byteLengthOf(answer.body)
  if (request.method === 'GET') {
    headers['vary'] = [headers['vary'], 'accept, accept-encoding, authorization'].filter(Boolean).join(', ')
    if (answer.status === 200 && isPersisted(request)) {
      headers['etag'] = etagOf(answer.body, headers['content-type'])
      headers['cache-control'] = 'private, no-cache'
      if (matches(request.headers['if-none-match'], headers['etag'])) {
        delete headers['content-type']
        response.writeHead(304, headers).end()
        return
      }
    }
  }
  const encoding = length < WORTH_ENCODING_BYTES ? undefined : chooseEncoding(request.headers['accept-encoding'])
  if (encoding === undefined) {
    headers['content-length'] = String(length)
    response.writeHead(answer.status, headers)
    await writePieces(response, answer.body)
    return
  }
  headers['content-encoding'] = encoding
  if (request.method !== 'GET') headers['vary'] = [headers['vary'], 'accept-encoding'].filter(Boolean).join(', ')
  response.writeHead(answer.status, headers)
  await piped(pipeline(Readable.from(answer.body), encoder(encoding, length), response))
}

/** A client that leaves ends the pipe; nobody is left to be told. */
const piped = (flowing: Promise<void>): Promise<void> => flowing.catch(() => undefined)

const writePieces = async (response: ServerResponse, pieces: Pieces): Promise<void> => {
  const [only] = pieces
  if (pieces.length === 1) {
    response.end(only)
    return
  }
  for (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

/** Room for more, or nobody left to write to. */
const drained = async (response: ServerResponse): Promise<void> => {
  const done = new AbortController()
  const either = ['drain', 'close'].map((name) => once(response, name, { signal: done.signal }))
  await Promise.race(either)
  done.abort()
  await Promise.allSettled(either)
}

/** An operation that is named by its hash: the address says the same tomorrow, so its answer may be asked for by its tag. */
const isPersisted = ({ query }: FastifyRequest): boolean =>
  typeof query === 'object' &&
  query !== null &&
  'extensions' in query &&
  String(query.extensions).includes('sha256Hash')

/** Strong over the bytes before any encoding of the way, hence sent as a weak one (RFC 9110, section 8.8.1). */
const etagOf = (pieces: Pieces, contentType: string | undefined): string => {
  const hash = createHash('sha256').update(contentType ?? '')
  for (const piece of pieces) hash.update(piece)
  return `W/"${hash.digest('base64url')}"`
}

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined && (header.trim() === '*' || header.split(',').some((tag) => tag.trim() === etag))
