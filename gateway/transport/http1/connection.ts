import { connect, type Socket } from 'node:net'
import type { HttpReply } from '../http-exchange.ts'
import type { TimeLimit } from '../time-limit.ts'
import { AnswerReader } from './answer-reader.ts'

/** A post, and who waits for its answer. */
export interface Posted {
  readonly text: string
  /** How the text becomes bytes: `latin1`, which costs less, where all of it is ASCII. */
  readonly encoding: 'latin1' | 'utf8'
  readonly limit: TimeLimit
  readonly resolve: (reply: HttpReply) => void
  readonly reject: (error: unknown) => void
}

export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly maxResponseBytes: number
  /** The answer to its post has come, and another one may be sent. */
  readonly onIdle: (connection: Connection) => void
  /** It is of no use any more. */
  readonly onEnd: (connection: Connection) => void
}

const CONNECT_MS = 10_000
/** Where the subgraph does not say how long it keeps a connection: five seconds are usual. */
const IDLE_MS = 4000
const LONGEST_IDLE_MS = 600_000
/** Less than what it says, for the way there and for clocks: what is sent while it closes is lost. */
const IDLE_MARGIN_MS = 2000
const PROBE_MS = 60_000

/** One connection to a subgraph, for one post at a time. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #socket: Socket
  readonly #connecting: NodeJS.Timeout
  #current: { readonly posted: Posted; readonly reader: AnswerReader } | undefined
  #hasEnded = false
  #isAside = false
  #usableUntil = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { host, port } = options
    this.#socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: PROBE_MS })
    this.#connecting = setTimeout(() => this.#fail(new Error('The connection took too long')), CONNECT_MS)
    this.#socket.once('connect', () => clearTimeout(this.#connecting))
    this.#socket.on('data', (chunk) => this.#take(chunk))
    this.#socket.on('end', () => this.#finish())
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('The connection was closed')))
  }

  /** Until when it may be used, by `performance.now()`, while it is idle. */
  get usableUntil(): number {
    return this.#usableUntil
  }

  /** Posts; the one before has been answered. Head and body go in one write. */
  begin(posted: Posted): void {
    this.#current = { posted, reader: new AnswerReader(this.#options.maxResponseBytes) }
    if (this.#isAside) this.#socket.ref()
    this.#isAside = false
    posted.limit.whenOver(this.#over)
    this.#socket.write(posted.text, posted.encoding)
  }

  /** It is idle: a process that has nothing else to wait for does not wait for it. */
  setAside(): void {
    this.#isAside = true
    this.#socket.unref()
  }

  /** What is under way fails. Resolves when nothing is left of it. */
  async close(): Promise<void> {
    this.#fail(new Error('The connection was closed'))
    if (!this.#socket.closed) await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()))
  }

  #take(chunk: Buffer): void {
    // Nobody has asked: whatever this is, it must not become the answer to the next post.
    if (this.#current === undefined) return this.#end()
    try {
      const reply = this.#current.reader.take(chunk)
      if (reply !== undefined) this.#answer(reply)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The subgraph sends nothing more. */
  #finish(): void {
    const reply = this.#current?.reader.end()
    if (reply === undefined) this.#fail(new Error('The subgraph closed the connection'))
    else this.#answer(reply)
  }

  #answer(reply: HttpReply): void {
    if (this.#current === undefined) return
    const { posted, reader } = this.#current
    this.#current = undefined
    posted.limit.whenOver(undefined)
    const idleMs = idleMsOf(reader.keepAliveSeconds)
    // An answer that came before all of the post was sent leaves the rest of it to be taken for another one.
    if (!reader.isReusable || idleMs <= 0 || this.#socket.writableLength > 0) this.#end()
    else {
      this.#usableUntil = performance.now() + idleMs
      this.#options.onIdle(this)
    }
    posted.resolve(reply)
  }

  readonly #over = (): void => this.#fail(this.#current?.posted.limit.reason)

  #fail(error: unknown): void {
    const { posted } = this.#current ?? {}
    this.#current = undefined
    this.#end()
    posted?.limit.whenOver(undefined)
    posted?.reject(error)
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#connecting)
    this.#socket.destroy()
    this.#options.onEnd(this)
  }
}

const idleMsOf = (keepAliveSeconds: number | undefined): number =>
  keepAliveSeconds === undefined ? IDLE_MS : Math.min(keepAliveSeconds * 1000 - IDLE_MARGIN_MS, LONGEST_IDLE_MS)
