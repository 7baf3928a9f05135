import type { GraphClientOptions } from '../../client/types.d.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'
import type { Random } from '../../test/testkit/random-graph/random.ts'
import { countOf, sumOf, type Counts } from './count.ts'
import { startFollower, type Follower } from './follower.ts'
import type { NotificationLog } from './log.ts'

/** Everybody who may see Vision, and is told of what happens there. */
export const READERS: readonly DemoEmail[] = [
  'owner@northwind.example',
  'developer@northwind.example',
  'viewer@northwind.example',
]

/** Those whom a soak tells, and what becomes of it. */
export interface Readers {
  readonly all: readonly Follower[]
  readonly areConnected: () => boolean
  /** Those that go on from their cursor. */
  readonly resuming: (log: NotificationLog, extent: 'whole' | 'so-far') => Counts
  /** The negative control: one for each person, which knows no cursor. */
  readonly naive: (log: NotificationLog) => Counts
  /** One page is closed and opened again. */
  readonly reloadOne: (random: Random) => Promise<void>
  readonly close: () => Promise<void>
}

/** One of five follows by server-sent events, and one of seven is slow. */
export const startReaders = (
  count: number,
  clientOf: (email: DemoEmail, transport: 'auto' | 'sse') => GraphClientOptions,
): Readers => {
  const personOf = (index: number): DemoEmail => READERS[index % READERS.length] ?? 'owner@northwind.example'
  const resuming = Array.from({ length: count }, (_, index) =>
    startFollower({
      client: clientOf(personOf(index), index % 5 === 4 ? 'sse' : 'auto'),
      email: personOf(index),
      manner: 'resuming',
      slowMs: index % 7 === 6 ? 20 : 0,
    }),
  )
  const naive = READERS.map((email) =>
    startFollower({ client: clientOf(email, 'auto'), email, manner: 'naive', slowMs: 0 }),
  )
  const all = [...resuming, ...naive]
  const counted = (some: readonly Follower[], log: NotificationLog, extent: 'whole' | 'so-far'): Counts =>
    sumOf(some.map(({ email, received }) => countOf(received, log.rowsOf(email), extent)))
  return {
    all,
    areConnected: () => all.every(({ isOpen }) => isOpen()),
    resuming: (log, extent) => counted(resuming, log, extent),
    naive: (log) => counted(naive, log, 'whole'),
    reloadOne: async (random) => {
      await random.pick(all).reload()
    },
    close: async () => {
      await Promise.all(all.map(({ close }) => close()))
    },
  }
}
