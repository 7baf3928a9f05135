import { EventStream } from './event-stream.ts'
import type { TestSubgraph } from '../federated-graph.ts'

/** A subgraph whose subscription has positions: it keeps what it sent, and goes on behind a cursor. */
export interface TickLog {
  readonly subgraphs: Readonly<Record<string, TestSubgraph>>
  /** Writes the next event of a topic, and gives its number. */
  readonly push: (topic?: string) => number
  /** Streams open in the subgraph now. */
  readonly open: () => number
  /** The number of the last event of each topic. */
  readonly ends: () => Readonly<Record<string, number>>
}

interface Logged {
  readonly topic: string
  readonly sequence: number
  /** Milliseconds since 1970 with fractions, comparable between processes of one machine. */
  readonly sentAt: number
}

export const createTickLog = (): TickLog => {
  const logs = new Map<string, Logged[]>()
  const streams = new Map<string, Set<EventStream<{ ticks: Logged }>>>()
  const logOf = (topic: string): Logged[] => {
    const known = logs.get(topic) ?? []
    logs.set(topic, known)
    return known
  }
  const streamsOf = (topic: string): Set<EventStream<{ ticks: Logged }>> => {
    const known = streams.get(topic) ?? new Set()
    streams.set(topic, known)
    return known
  }
  return {
    subgraphs: {
      ticks: {
        typeDefs: `
          type Query { topics: Int! }
          type Subscription {
            ticks(topic: ID!, after: String): Tick
            plainTicks(topic: ID!): PlainTick
            countdown(from: Int!): Int!
          }
          type Tick { topic: ID! cursor: String! sequence: Int! sentAt: Float! place: Place! }
          type PlainTick { sequence: Int! }
          type Place @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: { topics: () => logs.size },
          Subscription: {
            ticks: {
              subscribe: (_: unknown, { topic, after }: { topic: string; after?: string | null }) => {
                const stream = new EventStream(streamsOf(topic))
                const missed = typeof after === 'string' ? logOf(topic).slice(Number(after)) : []
                for (const ticks of missed) stream.push({ ticks })
                return stream
              },
            },
            plainTicks: {
              subscribe: (_: unknown, { topic }: { topic: string }) => new EventStream(streamsOf(topic)),
              resolve: ({ ticks }: { ticks: Logged }) => ticks,
            },
            countdown: {
              subscribe: async function* (_: unknown, { from }: { from: number }) {
                for (let countdown = from; countdown > 0; countdown--) yield await Promise.resolve({ countdown })
              },
            },
          },
          Tick: {
            cursor: ({ sequence }: Logged) => String(sequence),
            place: ({ topic }: Logged) => ({ id: topic }),
          },
        },
      },
      places: {
        typeDefs: 'type Place @key(fields: "id") { id: ID! name: String! }',
        resolvers: {
          Place: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Place of ${id}` }) },
        },
      },
    },
    push: (topic = 'a') => {
      const log = logOf(topic)
      const ticks = { topic, sequence: log.length + 1, sentAt: performance.timeOrigin + performance.now() }
      log.push(ticks)
      for (const stream of streamsOf(topic)) stream.push({ ticks })
      return ticks.sequence
    },
    open: () => [...streams.values()].reduce((sum, { size }) => sum + size, 0),
    ends: () => Object.fromEntries([...logs].map(([topic, { length }]) => [topic, length])),
  }
}
