import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'

/** Events between a source that pushes and a reader that pulls. Bounded: past `limit` waiting events it ends by itself. */
export class EventQueue<Event extends { readonly errors?: readonly unknown[] | undefined }> {
  readonly #limit: number
  readonly #waiting: (Event | { readonly errors: readonly CataloguedError[] })[] = []
  #reader: (() => void) | undefined
  #isEnded = false

  constructor(limit: number) {
    this.#limit = limit
  }

  push(event: Event | { readonly errors: readonly CataloguedError[] }): void {
    if (this.#isEnded) return
    if (this.#waiting.length >= this.#limit) {
      this.end({ errors: [catalogued('SLOW_CONSUMER')] })
      return
    }
    this.#waiting.push(event)
    this.#wake()
  }

  /** Nothing is pushed after this; what waits is still read, `last` after it. */
  end(last?: Event | { readonly errors: readonly CataloguedError[] }): void {
    if (this.#isEnded) return
    if (last) this.#waiting.push(last)
    this.#isEnded = true
    this.#wake()
  }

  /** For one reader. Its `return` ends the source at once. */
  events(stopSource: () => void): AsyncIterableIterator<Event> {
    const next = async (): Promise<IteratorResult<Event>> => {
      for (;;) {
        const event = this.#waiting.shift()
        // What the queue itself adds has the shape of an event that holds errors alone.
        if (event) return { done: false, value: event as Event }
        if (this.#isEnded) {
          stopSource()
          return { done: true, value: undefined }
        }
        await new Promise<void>((resolve) => (this.#reader = resolve))
      }
    }
    return {
      next,
      return: () => {
        this.#waiting.length = 0
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
