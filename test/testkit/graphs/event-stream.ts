/** A stream that a test drives; it is in its set for as long as somebody reads it. */
export class EventStream<Event> implements AsyncIterableIterator<Event> {
  readonly #streams: Set<EventStream<Event>>
  readonly #waiting: Event[] = []
  #reader: ((result: IteratorResult<Event>) => void) | undefined

  constructor(streams: Set<EventStream<Event>>) {
    this.#streams = streams
    streams.add(this)
  }

  push(event: Event): void {
    if (this.#reader) this.#reader({ done: false, value: event })
    else this.#waiting.push(event)
    this.#reader = undefined
  }

  next(): Promise<IteratorResult<Event>> {
    const value = this.#waiting.shift()
    if (value) return Promise.resolve({ done: false, value })
    if (!this.#streams.has(this)) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => (this.#reader = resolve))
  }

  return(): Promise<IteratorResult<Event>> {
    this.#streams.delete(this)
    this.#reader?.({ done: true, value: undefined })
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
