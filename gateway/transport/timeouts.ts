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

  constructor(ms: number) {
    this.ms = ms
  }

  add(timed: Timed): void {
    this.#waiting.add(timed)
    if (this.#timer === undefined) this.#timer = setTimeout(this.#ring, this.ms).unref()
  }

  delete(timed: Timed): void {
    this.#waiting.delete(timed)
  }

  readonly #ring = (): void => {
    const now = performance.now()
    this.#timer = undefined
    for (const timed of this.#waiting) {
      if (timed.dueAt > now) {
        this.#timer = setTimeout(this.#ring, timed.dueAt - now).unref()
        return
      }
      this.#waiting.delete(timed)
      timed.timeOut()
    }
  }
}
