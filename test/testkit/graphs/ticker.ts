import { EventStream } from './event-stream.ts'
import type { TestSubgraph } from '../federated-graph.ts'

/** A subgraph whose subscription a test drives, and one that completes its events. */
export interface Ticker {
  readonly subgraphs: Readonly<Record<string, TestSubgraph>>
  readonly push: (stockId: string) => void
  readonly fail: () => void
  readonly end: () => void
  /** Streams open in the subgraph now. */
  readonly open: () => number
  /** One more stream of its events, for a subgraph of the test's own. */
  readonly stream: () => AsyncIterableIterator<unknown>
}

type Event = { readonly tick: unknown }

export const createTicker = (): Ticker => {
  const streams = new Set<EventStream<Event>>()
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
                return new EventStream(streams)
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
    stream: () => new EventStream(streams),
  }
}
