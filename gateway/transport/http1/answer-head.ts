import { MalformedAnswer } from './answer-fault.ts'
import { endOfName, isNamed, valueOf } from './octets.ts'
import { readStatusLine } from './status-line.ts'

/** How an answer says where its body ends: after so many bytes, by its chunks, or with its connection. */
export type Framing = number | 'chunked' | 'until close'

const LENGTH = /^\d{1,15}$/
const CLOSE = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i
const TIMEOUT = /(?:^|,)[ \t]*timeout[ \t]*=[ \t]*(\d{1,9})[ \t]*(?:,|$)/i

const CONNECTION = Buffer.from('connection')
const KEEP_ALIVE = Buffer.from('keep-alive')
const CONTENT_TYPE = Buffer.from('content-type')
const CONTENT_LENGTH = Buffer.from('content-length')
const CONTENT_ENCODING = Buffer.from('content-encoding')
const TRANSFER_ENCODING = Buffer.from('transfer-encoding')

/** What is used of the status line and the header fields of one answer. */
export class AnswerHead {
  status = 0
  contentType: string | undefined
  contentEncoding: string | undefined
  /** Whether another request may follow on the connection: of HTTP/1.1, and not said to close (RFC 9112 section 9.3). */
  isPersistent = false
  /** For how long the connection is kept without a request, as the subgraph says. */
  keepAliveSeconds: number | undefined
  #isChunkable = false
  #contentLength: number | undefined
  #transferEncoding: string | undefined

  /** Reads the status line `[from, to)`. Throws `MalformedAnswer` where it is none, or of another version. */
  readStatus(bytes: Buffer, from: number, to: number): void {
    const { minor, status } = readStatusLine(bytes, from, to)
    this.status = status
    this.isPersistent = this.#isChunkable = minor === 1
  }

  /** Reads the header field `[from, to)`. Throws `MalformedAnswer` where it is none, or is about the length and no length. */
  readField(bytes: Buffer, from: number, to: number): void {
    const colon = endOfName(bytes, from, to)
    switch (colon - from) {
      case CONNECTION.length:
        if (isNamed(bytes, from, CONNECTION)) this.#readConnection(valueOf(bytes, colon + 1, to))
        else if (isNamed(bytes, from, KEEP_ALIVE)) this.#readKeepAlive(valueOf(bytes, colon + 1, to))
        break
      case CONTENT_TYPE.length:
        if (isNamed(bytes, from, CONTENT_TYPE)) this.contentType = also(this.contentType, valueOf(bytes, colon + 1, to))
        break
      case CONTENT_LENGTH.length:
        if (isNamed(bytes, from, CONTENT_LENGTH)) this.#readLength(valueOf(bytes, colon + 1, to))
        break
      case CONTENT_ENCODING.length:
        if (isNamed(bytes, from, CONTENT_ENCODING))
          this.contentEncoding = also(this.contentEncoding, valueOf(bytes, colon + 1, to))
        break
      case TRANSFER_ENCODING.length:
        if (isNamed(bytes, from, TRANSFER_ENCODING))
          this.#transferEncoding = also(this.#transferEncoding, valueOf(bytes, colon + 1, to))
        break
      default:
    }
  }

  /**
   * Where the body ends, by the rules of RFC 9112 section 6.3 in their order. Throws `MalformedAnswer` where an answer says
   * it in two ways, or in one that is not known: who reads it otherwise would find another answer behind it.
   */
  framing(): Framing {
    if (this.#transferEncoding !== undefined) {
      if (this.#contentLength !== undefined) throw new MalformedAnswer('The answer has a length and a transfer coding')
      if (!this.#isChunkable) throw new MalformedAnswer('The answer is of HTTP/1.0 and has a transfer coding')
      if (this.#transferEncoding.toLowerCase() !== 'chunked')
        throw new MalformedAnswer('The transfer coding is not known')
    }
    if (this.status < 200 || this.status === 204 || this.status === 304) return 0
    return this.#transferEncoding === undefined ? (this.#contentLength ?? 'until close') : 'chunked'
  }

  #readConnection(value: string): void {
    if (value !== 'keep-alive' && CLOSE.test(value)) this.isPersistent = false
  }

  #readKeepAlive(value: string): void {
    const seconds = TIMEOUT.exec(value)?.[1]
    if (seconds !== undefined) this.keepAliveSeconds = Number(seconds)
  }

  /** More than one is refused, equal or not: RFC 9112 section 6.3 allows it, and nobody sends them. */
  #readLength(value: string): void {
    if (this.#contentLength !== undefined || !LENGTH.test(value))
      throw new MalformedAnswer('The length of the answer is no length, or is told twice')
    this.#contentLength = Number(value)
  }
}

/** A field that comes several times has its values as a list, RFC 9110 section 5.3. */
const also = (values: string | undefined, value: string): string =>
  values === undefined ? value : `${values}, ${value}`
