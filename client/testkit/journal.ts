import { EventStream } from '../../test/testkit/graphs/event-stream.ts'
import type { TestSubgraph } from '../../test/testkit/federated-graph.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'

interface Entry {
  readonly sequence: number
  readonly cursor: string
}

/** What the subgraph does to an entry on its way: leaves it out, sends it twice, sends it after the next one. */
export type Mishap = 'lost' | 'twice' | 'late' | 'broken'

/** A log that a test writes, with a subscription that goes on after a cursor, and that a test makes go wrong. */
export interface Journal {
  readonly subgraphs: Readonly<Record<string, TestSubgraph>>
  /** Writes the next entries; every open stream is told. */
  readonly append: (count?: number) => void
  /** What happens to the next entry that is sent live. */
  readonly mishap: (what: Mishap) => void
  /** The log no longer keeps what is before this entry. */
  readonly forgetBefore: (sequence: number) => void
  readonly written: () => number
  /** Streams open in the subgraph now. */
  readonly open: () => number
  /** The `after` of every subscription so far. */
  readonly asked: () => readonly (string | null)[]
}

const cursorOf = (sequence: number): string => `cursor-${sequence.toString()}`
const entryOf = (sequence: number): Entry => ({ sequence, cursor: cursorOf(sequence) })

export const createJournal = (): Journal => {
  const streams = new Set<EventStream<{ readonly entries: unknown }>>()
  const asked: (string | null)[] = []
  const mishaps: Mishap[] = []
  let written = 0
  let kept = 1
  let late: Entry | undefined

  const send = (entry: unknown): void => streams.forEach((stream) => stream.push({ entries: entry }))
  const tell = (entry: Entry): void => {
    const what = mishaps.shift()
    if (what === 'late') {
      late = entry
      return
    }
    if (what === 'broken') send(catalogued('SUBGRAPH_UNAVAILABLE'))
    else if (what !== 'lost') send(entry)
    if (what === 'twice') send(entry)
    if (late) send(late)
    late = undefined
  }

  const subscribe = (
    _: unknown,
    { after = null }: { readonly after?: string | null },
  ): EventStream<{ entries: unknown }> => {
    asked.push(after)
    const from = after === null ? written : Number(after.replace('cursor-', ''))
    if (from + 1 < kept) throw catalogued('CURSOR_TOO_OLD', { cursor: cursorOf(kept - 1) })
    const stream = new EventStream<{ entries: unknown }>(streams)
    for (let sequence = from + 1; sequence <= written; sequence += 1) stream.push({ entries: entryOf(sequence) })
    return stream
  }

  return {
    subgraphs: {
      journal: {
        typeDefs: `
          type Query { newest: Entry, count: Int, denied: Int }
          type Mutation { append(count: Int!): Int }
          type Entry { sequence: Int! cursor: String! }
          type Subscription { entries(after: String): Entry }`,
        resolvers: {
          Query: {
            newest: () => (written === 0 ? null : entryOf(written)),
            count: () => written,
            denied: () => {
              throw catalogued('CAPABILITY_REQUIRED', { capability: 'JOURNAL_READ' })
            },
          },
          Subscription: { entries: { subscribe } },
          Mutation: {
            append: (_: unknown, { count }: { readonly count: number }) => {
              for (let made = 0; made < count; made += 1) tell(entryOf(++written))
              return written
            },
          },
        },
      },
    },
    append: (count = 1) => {
      for (let made = 0; made < count; made += 1) tell(entryOf(++written))
    },
    mishap: (what) => void mishaps.push(what),
    forgetBefore: (sequence) => {
      kept = sequence
    },
    written: () => written,
    open: () => streams.size,
    asked: () => asked,
  }
}
