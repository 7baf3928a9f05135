import type { HttpReply } from '../http-exchange.ts'
import { answerTooLarge, MalformedAnswer } from './answer-fault.ts'
import { AnswerHead } from './answer-head.ts'
import { chunkSizeOf } from './chunk-size.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { endOfLine, endOfName, isLineBreak } from './octets.ts'

/** Of status lines, header fields, chunk extensions and trailers in one answer, and in the interim ones before it. */
const MAX_OVERHEAD_BYTES = 16 * 1024
const LONGEST_PLAIN_SIZE = 13
const LINE_BREAK_BYTES = 2
const NOTHING = Buffer.alloc(0)

type Stage = 'status' | 'fields' | 'sized' | 'until close' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' | 'ended'

/**
 * Reads the answer to one POST from bytes as they come, in whichever pieces (RFC 9112). Throws `MalformedAnswer` for what
 * is not quite one, and `SUBGRAPH_INVALID_RESPONSE` for a body of more than `maxBytes`: nothing can be read after that.
 */
export class AnswerReader {
  readonly #maxBytes: number
  #stage: Stage = 'status'
  #head = new AnswerHead()
  #overhead = 0
  /** The beginning of a line. */
  #kept: Buffer = NOTHING
  /** Of the body, or of the chunk at hand, what has not come yet. */
  #left = 0
  #gathered: GatheredBytes | undefined
  #hasSurplus = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether another request may follow on the connection: the answer was whole, said so, and nothing came behind it. */
  get isReusable(): boolean {
    return this.#stage === 'ended' && this.#head.isPersistent && !this.#hasSurplus
  }

  /** For how long the subgraph says that it keeps a connection without a request. */
  get keepAliveSeconds(): number | undefined {
    return this.#head.keepAliveSeconds
  }

  /** Takes what came, which must not change afterwards. Gives the answer once it is whole. */
  take(chunk: Buffer): HttpReply | undefined {
    const bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk])
    this.#kept = NOTHING
    let at = 0
    while (at < bytes.length) {
      if (this.#stage === 'sized' && this.#gathered === undefined && bytes.length - at >= this.#left) {
        const end = at + this.#left
        return this.#whole(bytes.subarray(at, end), bytes.length - end)
      }
      at = this.#step(bytes, at)
      if (this.#stage === 'ended') return this.#whole(this.#gathered?.whole() ?? NOTHING, bytes.length - at)
    }
    return undefined
  }

  /** The connection has ended. Gives the answer where that is what ends it. */
  end(): HttpReply | undefined {
    if (this.#stage !== 'until close') return undefined
    this.#head.isPersistent = false
    return this.#whole(this.#gathered?.whole() ?? NOTHING, 0)
  }

  #whole(body: Buffer, surplus: number): HttpReply {
    this.#stage = 'ended'
    this.#hasSurplus = surplus > 0
    const { status, contentType, contentEncoding } = this.#head
    return { status, contentType, contentEncoding, body }
  }

  /** Takes one line, or as much of the body as is there. Gives what follows it. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#stage) {
      case 'sized':
      case 'chunk':
        return this.#takeSized(bytes, at)
      case 'until close':
        return this.#gather(bytes, at, bytes.length)
      case 'chunk end':
        if (!isLineBreak(bytes, at)) return this.#keep(bytes, at)
        this.#stage = 'chunk size'
        return at + LINE_BREAK_BYTES
      default:
        return this.#takeLine(bytes, at)
    }
  }

  #takeLine(bytes: Buffer, at: number): number {
    const end = endOfLine(bytes, at)
    if (end === -1) return this.#keep(bytes, at)
    if (this.#stage === 'chunk size') {
      this.#beginChunk(bytes.toString('latin1', at, end))
      return end + LINE_BREAK_BYTES
    }
    this.#spend(end + LINE_BREAK_BYTES - at)
    if (this.#stage === 'status') {
      this.#head.readStatus(bytes, at, end)
      this.#stage = 'fields'
    } else if (this.#stage === 'fields') {
      if (end === at) this.#endHead()
      else this.#head.readField(bytes, at, end)
    } else if (end === at) this.#stage = 'ended'
    // A trailer: it says nothing to us.
    else endOfName(bytes, at, end)
    return end + LINE_BREAK_BYTES
  }

  #endHead(): void {
    const { status } = this.#head
    if (status === 101) throw new MalformedAnswer('The answer is in another protocol, which nobody asked for')
    if (status < 200) {
      this.#head = new AnswerHead()
      this.#stage = 'status'
      return
    }
    const framing = this.#head.framing()
    if (framing === 'chunked') this.#stage = 'chunk size'
    else if (framing === 'until close') this.#stage = 'until close'
    else if (framing > this.#maxBytes) throw answerTooLarge(this.#maxBytes)
    else {
      this.#left = framing
      this.#stage = framing === 0 ? 'ended' : 'sized'
    }
  }

  #beginChunk(line: string): void {
    if (line.length > LONGEST_PLAIN_SIZE) this.#spend(line.length)
    this.#left = chunkSizeOf(line)
    if ((this.#gathered?.size ?? 0) + this.#left > this.#maxBytes) throw answerTooLarge(this.#maxBytes)
    this.#stage = this.#left === 0 ? 'trailers' : 'chunk'
  }

  #takeSized(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#left, bytes.length)
    this.#left -= end - at
    if (this.#left === 0) this.#stage = this.#stage === 'sized' ? 'ended' : 'chunk end'
    return this.#gather(bytes, at, end)
  }

  #gather(bytes: Buffer, from: number, to: number): number {
    this.#gathered ??= new GatheredBytes()
    this.#gathered.add(bytes, from, to)
    if (this.#gathered.size > this.#maxBytes) throw answerTooLarge(this.#maxBytes)
    return to
  }

  /** Keeps the beginning of a line until its end comes. */
  #keep(bytes: Buffer, at: number): number {
    this.#kept = bytes.subarray(at)
    if (this.#overhead + this.#kept.length > MAX_OVERHEAD_BYTES) throw tooMuchAround()
    return bytes.length
  }

  #spend(size: number): void {
    this.#overhead += size
    if (this.#overhead > MAX_OVERHEAD_BYTES) throw tooMuchAround()
  }
}

const tooMuchAround = (): MalformedAnswer =>
  new MalformedAnswer(`The answer has more than ${MAX_OVERHEAD_BYTES} bytes that are not of its body`)
