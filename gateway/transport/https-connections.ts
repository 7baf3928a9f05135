import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { answerTooLarge } from './http1/answer-fault.ts'
import type { HttpConnections, HttpConnectionsOptions, HttpReply } from './http-exchange.ts'
import type { TimeLimit } from './time-limit.ts'

/**
 * Over TLS, by undici, which is loaded for whoever has such a subgraph. The dispatcher hands over its parser's chunks: no stream is made of what is wanted whole, which is
 * a third of the cost of a small fetch.
 */
export const httpsConnections = (options: HttpConnectionsOptions): HttpConnections => {
  const { url, headers: constant, connections, maxResponseBytes } = options
  const opened = import('undici').then(
    ({ Pool }) => new Pool(url.origin, { connections, maxResponseSize: maxResponseBytes }),
  )
  const path = url.pathname + url.search
  return {
    exchange: async ({ headers, body }, limit) => {
      const pool = await opened
      return new Promise((resolve, reject) => {
        if (limit.reason) return reject(limit.reason)
        const request = { method: 'POST', path, headers: { ...constant, ...headers }, body } as const
        pool.dispatch(request, new WholeReply(limit, maxResponseBytes, resolve, reject))
      })
    },
    close: async () => (await opened).destroy(),
  }
}

class WholeReply implements Dispatcher.DispatchHandler {
  readonly #limit: TimeLimit
  readonly #maxBytes: number
  readonly #resolve: (reply: HttpReply) => void
  readonly #reject: (error: unknown) => void
  readonly #chunks: Buffer[] = []
  #running: Dispatcher.DispatchController | undefined
  #hasEnded = false
  #status = 0
  #headers: IncomingHttpHeaders = {}

  constructor(
    limit: TimeLimit,
    maxBytes: number,
    resolve: (reply: HttpReply) => void,
    reject: (error: unknown) => void,
  ) {
    this.#limit = limit
    this.#maxBytes = maxBytes
    this.#resolve = resolve
    this.#reject = reject
    limit.whenOver(() => {
      const { reason } = limit
      if (this.#running && reason) this.#running.abort(reason)
      else this.#fail(reason)
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#running = controller
    // Whoever gave up while the request waited for a connection.
    if (this.#limit.reason) controller.abort(this.#limit.reason)
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#hasEnded) return
    this.#end()
    const [only] = this.#chunks
    this.#resolve({
      status: this.#status,
      contentType: listOf(this.#headers['content-type']),
      contentEncoding: listOf(this.#headers['content-encoding']),
      body: only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks),
    })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const isTooLarge = 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
    this.#fail(isTooLarge ? answerTooLarge(this.#maxBytes) : error)
  }

  #fail(error: unknown): void {
    if (this.#hasEnded) return
    this.#end()
    this.#reject(error)
  }

  #end(): void {
    this.#hasEnded = true
    this.#limit.whenOver(undefined)
  }
}

const listOf = (values: string | readonly string[] | undefined): string | undefined =>
  typeof values === 'object' ? values.join(', ') : values
