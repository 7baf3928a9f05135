import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { TimeLimit } from './time-limit.ts'

export interface HttpExchange {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

/** An answer, all of it. */
export interface HttpReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Posts and reads the whole answer. The dispatcher hands over its parser's chunks: no stream is made of what is wanted
 * whole, which is a third of the cost of a small fetch. Rejects with undici's error, or with the reason of the limit.
 */
export const exchange = (
  dispatcher: Dispatcher,
  { path, headers, body }: HttpExchange,
  limit: TimeLimit,
): Promise<HttpReply> =>
  new Promise((resolve, reject) => {
    if (limit.reason) reject(limit.reason)
    else dispatcher.dispatch({ method: 'POST', path, headers, body }, new WholeReply(limit, resolve, reject))
  })

class WholeReply implements Dispatcher.DispatchHandler {
  readonly #limit: TimeLimit
  readonly #resolve: (reply: HttpReply) => void
  readonly #reject: (error: unknown) => void
  readonly #chunks: Buffer[] = []
  #running: Dispatcher.DispatchController | undefined
  #hasEnded = false
  #status = 0
  #headers: IncomingHttpHeaders = {}

  constructor(limit: TimeLimit, resolve: (reply: HttpReply) => void, reject: (error: unknown) => void) {
    this.#limit = limit
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
    const body = only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, headers: this.#headers, body })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
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
