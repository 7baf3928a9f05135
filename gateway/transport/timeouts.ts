import { AsyncLocalStorage } from 'node:async_hooks'

/** Something that is waited for, until then. */
export interface Timed {
  /** On the clock of `performance.now()`. */
  readonly dueAt: number
  /** Called once, if it is still waited for. */
  readonly timeOut: () => void
}

/** Timeouts of one length, under one timer for all of them: they come due in the order in which they began. */
export class Timeouts {
  readonly ms: number
  /** In the order of their coming; sets keep it, and give up their members at no cost. */
  readonly #waiting = new Set<Timed>()
  #timer: NodeJS.Timeout | undefined
  /** The timer is of all of them: it runs, and is begun again, in the context of none. */
  readonly #outside = AsyncLocalStorage.snapshot()

  constructor(ms: number) {
    this.ms = ms
  }

  add(timed: Timed): void {
    this.#waiting.add(timed)
    if (this.#timer === undefined) this.#arm(this.ms)
  }

  delete(timed: Timed): void {
    this.#waiting.delete(timed)
  }

  #arm(ms: number): void {
    this.#timer = this.#outside(() => setTimeout(this.#ring, ms).unref())
  }

  readonly #ring = (): void => {
    const now = performance.now()
    this.#timer = undefined
    for (const timed of this.#waiting) {
      if (timed.dueAt > now) {
        this.#arm(timed.dueAt - now)
        return
      }
      this.#waiting.delete(timed)
      timed.timeOut()
    }
  }
}
