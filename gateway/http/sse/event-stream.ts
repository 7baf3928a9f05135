import type { ServerResponse } from 'node:http'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import type { LongConnection } from '../../connections/connections.ts'
import { Outbox, type OutboxLimits } from '../../connections/outbox.ts'
import { isRetryable } from '../../errors/is-retryable.ts'
import type { ReportError } from '../../errors/error-reporter.ts'
import type { LiveOperation, Sink } from '../../subscriptions/live-operations.ts'
import type { SharedEvent } from '../../subscriptions/shared-event.ts'
import { COMPLETE, KEEP_ALIVE, nextMessage, retryAfter } from './messages.ts'

export interface EventStreamParts {
  readonly response: ServerResponse
  readonly headers: Readonly<Record<string, string>>
  readonly limits: OutboxLimits
  readonly report: ReportError
  /** Answers what never became a stream. */
  readonly refuse: (errors: readonly unknown[]) => void
}

/** One operation and its answers as one response (GraphQL over SSE, distinct connections). */
export class EventStream implements Sink, LongConnection {
  operation: LiveOperation | undefined
  readonly #parts: EventStreamParts
  readonly #outbox: Outbox
  #state: 'pending' | 'open' | 'ended' = 'pending'
  #wasBlocked = false
  #restartMs = 0

  constructor(parts: EventStreamParts) {
    this.#parts = parts
    this.#outbox = new Outbox(parts.response, parts.limits, () => undefined)
  }

  /** The head of the response: from here on what goes wrong is told in the stream. */
  open(): void {
    if (this.#state !== 'pending') return
    this.#state = 'open'
    const { response, headers } = this.#parts
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // nginx would keep events back until its buffer is full.
      'x-accel-buffering': 'no',
    })
    this.#outbox.send(KEEP_ALIVE)
  }

  answer(event: SharedEvent): void {
    this.open()
    this.#outbox.send(nextMessage(event))
  }

  next(event: SharedEvent): boolean {
    return this.#outbox.offer(nextMessage(event), this)
  }

  drained(): Promise<void> | undefined {
    return this.#outbox.drained()
  }

  refuse(errors: readonly unknown[]): void {
    if (this.#state === 'pending') {
      this.#state = 'ended'
      this.#parts.refuse(errors)
      return
    }
    const payload = Buffer.from(JSON.stringify({ errors: errors.map((error) => this.#parts.report(error)) }))
    this.#outbox.send(nextMessage({ payload, cursor: undefined }))
    this.complete()
  }

  fail(error: unknown): void {
    // Whoever lost a permission is not sent what still waits.
    if (!isRetryable(error)) this.#outbox.drop(this)
    this.refuse([error])
  }

  complete(): void {
    if (this.#state !== 'open') return
    this.#outbox.send(COMPLETE)
    this.#end()
  }

  /** Whoever it speaks for may not be here any more. */
  forbid(): void {
    this.operation?.cancel()
    if (this.#state === 'ended') return this.cut()
    this.fail(catalogued('UNAUTHENTICATED'))
  }

  check(): void {
    if (this.#state === 'pending') return
    if (this.#outbox.isBlocked && this.#wasBlocked) return this.cut()
    this.#wasBlocked = this.#outbox.isBlocked
    if (this.#state === 'open' && !this.#wasBlocked) this.#outbox.send(KEEP_ALIVE)
  }

  warn(withinMs: number): void {
    this.#restartMs = withinMs
  }

  /** Without `complete`: the operation is not over, and an `EventSource` comes back for the rest of it. */
  restart(): void {
    this.operation?.cancel()
    if (this.#state === 'ended') return
    if (this.#state === 'pending') return this.refuse([catalogued('SHUTTING_DOWN')])
    this.#outbox.send(retryAfter(Math.max(Math.round(Math.random() * this.#restartMs), 100)))
    // The connection is of no more use than the process.
    const { socket } = this.#parts.response
    this.#end(() => socket?.end())
  }

  cut(): void {
    this.#parts.response.destroy()
  }

  #end(after: () => void = () => undefined): void {
    this.#state = 'ended'
    this.#outbox.end(() => this.#parts.response.end(after))
  }
}
