import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { byteLengthOf, joined, type Pieces } from '../execution/completion/pieces.ts'
import type { Prompt } from '../execution/later.ts'
import { isWhole, type HttpAnswer } from './answer.ts'
import { headersOf } from './security.ts'
import { chooseEncoding, encodeAtOnce, ENCODED_AT_ONCE_BYTES, encoder, WORTH_ENCODING_BYTES } from './encoding.ts'

/** From here on an answer is sent no faster than its client reads. Below, the system takes it all at once. */
const STREAMED_BYTES = 262_144

/**
 * Sends an answer past Fastify's own sending: what is whole and small in one write, anything else no faster than the
 * client reads; compressed where the client takes it and it is worth it. Done when it returns, or with the promise.
 */
export const sendAnswer = (request: FastifyRequest, reply: FastifyReply, answer: HttpAnswer): Prompt<void> => {
  const response = reply.raw
  const headers = withAnswers(headersOf(request, reply), answer.headers)
  reply.hijack()
  if (response.destroyed) return
  if (!isWhole(answer.body)) {
    response.writeHead(answer.status, headers)
    return piped(pipeline(Readable.from(answer.body), response))
  }
  const length = byteLengthOf(answer.body)
  if (request.method === 'GET') {
    headers['vary'] = [headers['vary'], 'accept, accept-encoding, authorization'].filter(Boolean).join(', ')
    if (answer.status === 200 && isPersisted(request)) {
      headers['etag'] = etagOf(answer.body, headers['content-type'])
      headers['cache-control'] ??= 'private, no-cache'
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
    if (length > STREAMED_BYTES) return piped(pipeline(parting(answer.body), response))
    writeWhole(response, answer.body, length)
    return
  }
  headers['content-encoding'] = encoding
  if (request.method !== 'GET') headers['vary'] = [headers['vary'], 'accept-encoding'].filter(Boolean).join(', ')
  if (length <= ENCODED_AT_ONCE_BYTES) {
    const encoded = encodeAtOnce(encoding, Buffer.from(joined(answer.body)))
    headers['content-length'] = String(encoded.length)
    response.writeHead(answer.status, headers).end(encoded)
    return
  }
  response.writeHead(answer.status, headers)
  return piped(pipeline(parting(answer.body), encoder(encoding, length), response))
}

/** In parts that a connection takes one at a time, each let go when it is handed over: of a slow client's answer the rest is kept. */
const parting = (pieces: Pieces): Generator<string | Buffer> => handOver(pieces.flatMap(cut).reverse())

/** What it is given is all that it holds, and gets shorter. */
const handOver = function* (left: (string | Buffer)[]): Generator<string | Buffer> {
  for (let next = left.pop(); next !== undefined; next = left.pop()) yield next
}

const cut = (piece: string | Buffer): (string | Buffer)[] => {
  if (piece.length <= STREAMED_BYTES) return [piece]
  const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += STREAMED_BYTES) parts.push(bytes.subarray(at, at + STREAMED_BYTES))
  return parts
}

/** Changes the headers. */
const withAnswers = (headers: Record<string, string>, answers: HttpAnswer['headers']): Record<string, string> => {
  for (const [name, value] of Object.entries(answers)) {
    if (value === undefined) Reflect.deleteProperty(headers, name)
    else headers[name] = value
  }
  return headers
}

/** A client that leaves ends the pipe; nobody is left to be told. */
const piped = (flowing: Promise<void>): Promise<void> => flowing.catch(() => undefined)

/**
 * Node gathers what is written in one turn into one write of the socket. A text with as many bytes as characters is ASCII,
 * and Node copies it where it would have to encode it.
 */
const writeWhole = (response: ServerResponse, pieces: Pieces, length: number): void => {
  const [first] = pieces
  if (typeof first === 'string' && pieces.length === 1) {
    response.end(first, first.length === length ? 'latin1' : 'utf8')
    return
  }
  const last = pieces.length - 1
  for (let index = 0; index < last; index++) response.write(pieces[index])
  response.end(pieces[last])
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
