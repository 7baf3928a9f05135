import { catalogued } from '../../platform/errors/catalogue.ts'

/** Events between a source that pushes and a reader that pulls. Bounded: past `limit` waiting events it ends by itself. */
export class EventQueue<Event> {
  readonly #limit: number
  readonly #waiting: Event[] = []
  #reader: (() => void) | undefined
  #isEnded = false
  #failure: Error | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when the event was not taken: the stream has ended, by this event or before it. */
  push(event: Event): boolean {
    if (this.#isEnded) return false
    if (this.#waiting.length >= this.#limit) {
      this.fail(catalogued('SLOW_CONSUMER'))
      return false
    }
    this.#waiting.push(event)
    this.#wake()
    return true
  }

  /** Nothing is pushed after this; what waits is still read. */
  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  /** The same, and after what waits the reader gets the error. */
  fail(error: Error): void {
    if (this.#isEnded) return
    this.#failure = error
    this.end()
  }

  /** For one reader. Its `return` ends the source at once. */
  events(stopSource: () => void): AsyncIterableIterator<Event> {
    const next = async (): Promise<IteratorResult<Event>> => {
      for (;;) {
        const [event] = this.#waiting.splice(0, 1)
        if (event !== undefined) return { done: false, value: event }
        if (this.#isEnded) {
          const failure = this.#failure
          this.#failure = undefined
          stopSource()
          if (failure !== undefined) throw failure
          return { done: true, value: undefined }
        }
        await new Promise<void>((resolve) => (this.#reader = resolve))
      }
    }
    return {
      next,
      return: () => {
        this.#waiting.length = 0
        this.#failure = undefined
        this.end()
        stopSource()
        return Promise.resolve({ done: true, value: undefined })
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  #wake(): void {
    this.#reader?.()
    this.#reader = undefined
  }
}
