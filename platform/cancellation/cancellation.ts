import { AsyncLocalStorage } from 'node:async_hooks'

/** Work under way that can be ended before it is done. */
export interface Cancellable {
  /** Told once at most, and not after the work was done. */
  readonly cancel: (reason: Error) => void
}

/**
 * Why the work of one operation is wanted no more, if so: its client left, its time is over. Work that can be ended
 * enters itself for as long as it runs, which costs less than listening to an `AbortSignal` for each piece of it.
 */
export class Cancellation {
  /** Made for the first that enters: most operations are over before anybody could leave them. */
  #running: Set<Cancellable> | undefined
  #reason: Error | undefined
  #controller: AbortController | undefined

  /** Undefined while the work is wanted. */
  get reason(): Error | undefined {
    return this.#reason
  }

  enter(work: Cancellable): void {
    ;(this.#running ??= new Set()).add(work)
  }

  leave(work: Cancellable): void {
    this.#running?.delete(work)
  }

  /** The same for what takes a signal: it aborts with the reason. Made when it is first asked for. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** The first reason counts. */
  cancel(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    const running = this.#running
    this.#running = undefined
    if (running) for (const work of running) work.cancel(reason)
    this.#controller?.abort(reason)
  }
}

const current = new AsyncLocalStorage<Cancellation>()

/** Everything that `work` does, awaited or not, ends early when the cancellation says so, where it can. */
export const runCancellable = <T>(cancellation: Cancellation, work: () => T): T => current.run(cancellation, work)

/** Undefined where nobody can leave: jobs, events. */
export const currentCancellation = (): Cancellation | undefined => current.getStore()

/** Runs `work` until the signal aborts, if it does before the work is done. */
export const runUntil = async <T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T> => {
  const cancellation = new Cancellation()
  const cancel = (): void => {
    const reason: unknown = signal.reason
    cancellation.cancel(reason instanceof Error ? reason : new Error('cancelled', { cause: reason }))
  }
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel)
  try {
    return await runCancellable(cancellation, work)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
