import type { Tick } from './ticks.ts'

/** The ticks that one subscription is sent. */
export class TickStream implements AsyncIterableIterator<{ ticks: Tick }> {
  readonly #waiting: Tick[]
  readonly #onEnd: () => void
  #reader: ((result: IteratorResult<{ ticks: Tick }>) => void) | undefined
  #isEnded = false

  constructor(missed: readonly Tick[], onEnd: () => void) {
    this.#waiting = [...missed]
    this.#onEnd = onEnd
  }

  push(tick: Tick): void {
    const reader = this.#reader
    this.#reader = undefined
    if (reader) reader({ done: false, value: { ticks: tick } })
    else this.#waiting.push(tick)
  }

  next(): Promise<IteratorResult<{ ticks: Tick }>> {
    const ticks = this.#waiting.shift()
    if (ticks) return Promise.resolve({ done: false, value: { ticks } })
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => (this.#reader = resolve))
  }

  return(): Promise<IteratorResult<{ ticks: Tick }>> {
    this.#isEnded = true
    this.#onEnd()
    this.#reader?.({ done: true, value: undefined })
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
