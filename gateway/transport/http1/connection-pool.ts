import { AsyncLocalStorage } from 'node:async_hooks'
import type { HttpConnections, HttpConnectionsOptions, HttpPost, HttpReply } from '../http-exchange.ts'
import type { TimeLimit } from '../time-limit.ts'
import { Connection, type Posted } from './connection.ts'
import { requestHead } from './request-head.ts'

const SWEEP_MS = 1000
const DEFAULT_PORT = 80

/**
 * Kept connections to an `http:` address, opened as they are needed. The one that was used last is used next, so that
 * those which are not needed any more grow old and are closed; posts wait for one in the order in which they came.
 */
export class ConnectionPool implements HttpConnections {
  readonly #options: HttpConnectionsOptions
  readonly #head: ReturnType<typeof requestHead>
  readonly #all = new Set<Connection>()
  readonly #idle: Connection[] = []
  /** In the order of their coming; sets keep it, and give up their members at no cost. */
  readonly #waiting = new Set<Posted>()
  #isDue = false
  #isClosed = false
  #sweep: NodeJS.Timeout | undefined
  /** Connections are of all requests: what happens on them happens in the context of none. */
  readonly #outside = AsyncLocalStorage.snapshot()

  constructor(options: HttpConnectionsOptions) {
    this.#options = options
    this.#head = requestHead(options.url, options.headers)
  }

  exchange({ headers, body }: HttpPost, limit: TimeLimit): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      if (limit.reason) return reject(limit.reason)
      if (this.#isClosed) return reject(closed())
      const bytes = Buffer.byteLength(body)
      const encoding = bytes === body.length ? 'latin1' : 'utf8'
      const posted: Posted = { text: this.#head.of(headers, bytes) + body, encoding, limit, resolve, reject }
      limit.whenOver(() => {
        this.#waiting.delete(posted)
        reject(limit.reason ?? closed())
      })
      this.#waiting.add(posted)
      this.#sendSoon()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#sweep)
    for (const { limit, reject } of this.#waiting) {
      limit.whenOver(undefined)
      reject(closed())
    }
    this.#waiting.clear()
    await Promise.all([...this.#all].map((connection) => connection.close()))
  }

  /**
   * Once what has come in on the connections was looked at: one that was closed meanwhile is not written to, and one on
   * which something came that nobody asked for is closed before that can be taken for an answer.
   */
  #sendSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    this.#outside(() => setImmediate(this.#send))
  }

  readonly #send = (): void => {
    this.#isDue = false
    for (const posted of this.#waiting) {
      const connection = this.#take()
      if (connection === undefined) return
      this.#waiting.delete(posted)
      connection.begin(posted)
    }
  }

  /** Undefined where there are as many as there may be, all of them at work. */
  #take(): Connection | undefined {
    const now = performance.now()
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.usableUntil > now) return connection
      void connection.close()
    }
    return this.#all.size < this.#options.connections ? this.#open() : undefined
  }

  #open(): Connection {
    const { url, maxResponseBytes } = this.#options
    const connection = new Connection({
      // The brackets of an IPv6 address are of URLs alone.
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || DEFAULT_PORT,
      maxResponseBytes,
      onIdle: this.#rest,
      onEnd: this.#lose,
    })
    this.#all.add(connection)
    return connection
  }

  readonly #rest = (connection: Connection): void => {
    this.#idle.push(connection)
    if (this.#waiting.size > 0) this.#sendSoon()
    this.#sweep ??= setTimeout(this.#closeOld, SWEEP_MS).unref()
  }

  readonly #lose = (connection: Connection): void => {
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
    if (this.#waiting.size > 0) this.#sendSoon()
  }

  readonly #closeOld = (): void => {
    const now = performance.now()
    for (const connection of this.#idle.slice()) {
      if (connection.usableUntil > now) connection.setAside()
      else void connection.close()
    }
    this.#sweep = this.#idle.length > 0 ? setTimeout(this.#closeOld, SWEEP_MS).unref() : undefined
  }
}

const closed = (): Error => new Error('The connections to the subgraph are closed')
