import { TickStream } from './tick-stream.ts'

/** One event of a topic. */
export interface Tick {
  readonly topic: string
  readonly sequence: number
  /** Milliseconds since 1970, with fractions. */
  readonly sentAt: number
  readonly place: { readonly id: string }
  readonly text: string
}

/** The graph that is measured: ticks with positions in one subgraph, the places that they name in another. */
export const TICKS = `
  type Query { topics: Int! @shareable }
  type Subscription {
    ticks(topic: ID!, after: String): Tick
  }
  type Tick { topic: ID! cursor: String! sequence: Int! sentAt: Float! text: String! place: Place! }
  type Place @key(fields: "id") { id: ID! }`

export const PLACES = `
  type Query { topics: Int! @shareable }
  type Place @key(fields: "id") { id: ID! name: String! }`

const TEXT = 'An allocation of eight accelerators was released in the second zone, and its slots are free again.'

/** Milliseconds since 1970 with fractions, comparable between processes of one machine. */
export const now = (): number => performance.timeOrigin + performance.now()

/** Logs of topics, in memory, and the streams that follow them. */
export const createTicks = () => {
  const logs = new Map<string, Tick[]>()
  const streams = new Map<string, Set<TickStream>>()
  const logOf = (topic: string): Tick[] => {
    const log = logs.get(topic) ?? []
    logs.set(topic, log)
    return log
  }
  return {
    emit: (topic: string): void => {
      const log = logOf(topic)
      const tick = { topic, sequence: log.length + 1, sentAt: now(), place: { id: topic }, text: TEXT }
      log.push(tick)
      for (const stream of streams.get(topic) ?? []) stream.push(tick)
    },
    follow: (topic: string, after: string | null | undefined): TickStream => {
      const following = streams.get(topic) ?? new Set()
      streams.set(topic, following)
      const missed = typeof after === 'string' ? logOf(topic).slice(Number(after)) : []
      const stream = new TickStream(missed, () => following.delete(stream))
      following.add(stream)
      return stream
    },
    open: (): number => [...streams.values()].reduce((sum, { size }) => sum + size, 0),
  }
}
