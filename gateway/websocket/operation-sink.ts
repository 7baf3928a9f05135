import { isRetryable } from '../errors/is-retryable.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import type { Sink } from '../subscriptions/live-operations.ts'
import type { SharedEvent } from '../subscriptions/shared-event.ts'
import type { Connection } from './connection.ts'
import { nextFrame } from './frames.ts'

/** Carries the answers of one operation over its connection, by messages with its id. */
export class OperationSink implements Sink {
  readonly #connection: Connection
  readonly #report: ReportError
  readonly #id: string
  readonly #idText: string

  constructor(connection: Connection, report: ReportError, id: string) {
    this.#connection = connection
    this.#report = report
    this.#id = id
    this.#idText = JSON.stringify(id)
  }

  answer(event: SharedEvent): void {
    this.#connection.answer(nextFrame(event, this.#idText))
  }

  next(event: SharedEvent): boolean {
    return this.#connection.offer(nextFrame(event, this.#idText), this)
  }

  drained(): Promise<void> | undefined {
    return this.#connection.drained()
  }

  refuse(errors: readonly unknown[]): void {
    this.#end({ type: 'error', payload: errors.map((error) => this.#report(error)) })
  }

  fail(error: unknown): void {
    // Whoever lost a permission is not sent what still waits; whoever may go on is, and goes on behind it.
    if (!isRetryable(error)) this.#connection.drop(this)
    this.refuse([error])
  }

  complete(): void {
    this.#end({ type: 'complete' })
  }

  #end(message: { readonly type: string; readonly payload?: unknown }): void {
    this.#connection.operations.delete(this.#id)
    this.#connection.send({ id: this.#id, ...message })
  }
}
