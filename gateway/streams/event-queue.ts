import type { GraphQLError } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'

/** An event that says why the stream ends. */
interface LastEvent {
  readonly errors: readonly GraphQLError[]
}

/** Events between a source that pushes and a reader that pulls. Bounded: past `limit` waiting events it ends by itself. */
export class EventQueue<Event extends { readonly errors?: readonly unknown[] | undefined }> {
  readonly #limit: number
  readonly #waiting: (Event | LastEvent)[] = []
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
      this.end({ errors: [toGraphQLError(catalogued('SLOW_CONSUMER'))] })
      return false
    }
    this.#waiting.push(event)
    this.#wake()
    return true
  }

  /** Nothing is pushed after this; what waits is still read, `last` after it. */
  end(last?: Event | LastEvent): void {
    if (this.#isEnded) return
    if (last) this.#waiting.push(last)
    this.#isEnded = true
    this.#wake()
  }

  /** Ends it at once: what waits is dropped, and the reader gets the error in its place. */
  fail(error: Error): void {
    this.#waiting.length = 0
    this.#failure ??= error
    this.#isEnded = true
    this.#wake()
  }

  /** For one reader. Its `return` ends the source at once. */
  events(stopSource: () => void): AsyncIterableIterator<Event> {
    const next = async (): Promise<IteratorResult<Event>> => {
      for (;;) {
        if (this.#failure) {
          const failure = this.#failure
          this.#failure = undefined
          stopSource()
          throw failure
        }
        const event = this.#waiting.shift()
        // A last event is an event of this stream that holds errors alone.
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
