import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Cancellable, Cancellation } from '../../platform/cancellation/cancellation.ts'
import { reasonOfLeaving } from '../execution/subgraph-error.ts'
import type { Timed, Timeouts } from './timeouts.ts'
import type { RequestContext } from './transport.ts'

/**
 * The time that one fetch has: its own, no more than what is left of its request's, and not longer than the caller
 * waits. No signal of its own: making and hearing one costs more than all that it is asked for in a fetch that ends well.
 */
export class TimeLimit implements Timed, Cancellable {
  readonly dueAt: number
  readonly #deadline: number
  readonly #cancellation: Cancellation
  readonly #timeouts: Timeouts
  #reason: CataloguedError | undefined
  #tell: (() => void) | undefined

  constructor(
    timeouts: Timeouts,
    { cancellation, deadline = Infinity }: Pick<RequestContext, 'cancellation' | 'deadline'>,
  ) {
    this.dueAt = performance.now() + timeouts.ms
    this.#deadline = deadline
    this.#cancellation = cancellation
    this.#timeouts = timeouts
    timeouts.add(this)
    if (cancellation.reason) this.cancel(cancellation.reason)
    else cancellation.enter(this)
  }

  /** Why it is over: `SUBGRAPH_TIMEOUT`, or why the request was given up. Undefined while it lasts. */
  get reason(): CataloguedError | undefined {
    return this.#reason
  }

  /** What is left of it, in whole milliseconds, at least 1. */
  leftMs(): number {
    return Math.max(Math.floor(Math.min(this.dueAt, this.#deadline) - performance.now()), 1)
  }

  /** Tells when it is over; in place of whom it would have told before. A fetch waits for one thing at a time. */
  whenOver(tell: (() => void) | undefined): void {
    this.#tell = tell
  }

  /** To be called once the fetch has ended. */
  end(): void {
    this.#timeouts.delete(this)
    this.#cancellation.leave(this)
  }

  timeOut(): void {
    this.#over(catalogued('SUBGRAPH_TIMEOUT'))
  }

  cancel(reason: Error): void {
    this.#over(reasonOfLeaving(reason))
  }

  #over(reason: CataloguedError): void {
    if (this.#reason) return
    this.#reason = reason
    this.#tell?.()
  }
}
