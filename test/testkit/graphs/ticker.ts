import type { TestSubgraph } from '../federated-graph.ts'

/** A subgraph whose subscription a test drives, and one that completes its events. */
export interface Ticker {
  readonly subgraphs: Readonly<Record<string, TestSubgraph>>
  readonly push: (stockId: string) => void
  readonly fail: () => void
  readonly end: () => void
  /** Streams open in the subgraph now. */
  readonly open: () => number
}

type Event = { readonly tick: unknown }

export const createTicker = (): Ticker => {
  const streams = new Set<Stream>()
  const emit = (event: Event): void => streams.forEach((stream) => stream.push(event))
  return {
    subgraphs: {
      ticker: {
        typeDefs: `
          type Query { open: Int! }
          type Tick { at: Int! stock: Stock }
          type Stock @key(fields: "id") { id: ID! }
          type Subscription { tick(from: Int = 0): Tick }`,
        resolvers: {
          Query: { open: () => streams.size },
          Subscription: {
            tick: {
              subscribe: (_: unknown, { from }: { from: number }) => {
                if (from < 0) throw new Error('there is nothing before the beginning')
                return new Stream(streams)
              },
            },
          },
        },
      },
      stocks: {
        typeDefs: 'type Stock @key(fields: "id") { id: ID! name: String price: Int! }',
        resolvers: {
          Stock: {
            __resolveReference: ({ id }: { id: string }) => ({ id, name: `Stock ${id}` }),
            price: ({ id }: { id: string }) => {
              if (id === 'broken') throw new Error('no price')
              return 7
            },
          },
        },
      },
    },
    push: (id) => emit({ tick: { at: 1, stock: { id } } }),
    fail: () => emit({ tick: new Error('this tick is broken') }),
    end: () => streams.forEach((stream) => void stream.return()),
    open: () => streams.size,
  }
}

class Stream implements AsyncIterableIterator<Event> {
  readonly #streams: Set<Stream>
  readonly #waiting: Event[] = []
  #reader: ((result: IteratorResult<Event>) => void) | undefined

  constructor(streams: Set<Stream>) {
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
