import { setTimeout as pause } from 'node:timers/promises'
import type { GraphClientOptions } from '../../client/types.d.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'
import { signIn } from '../../identity/sign-in.ts'
import { randomOf } from '../../test/testkit/random-graph/random.ts'
import { until } from '../../test/testkit/until.ts'
import { countOf, sumOf, type Counts } from './count.ts'
import { faultsOf } from './faults.ts'
import { startFollower, type Follower } from './follower.ts'
import { openLog } from './log.ts'
import { startProducer, type Producer } from './producer.ts'
import { setSoakStage } from './stage.ts'

export interface SoakOptions {
  readonly seconds: number
  /** It lasts longer where fewer things went wrong by then, as on a machine that is busy. */
  readonly faults: number
  readonly seed: number
  readonly followers: number
  readonly manner: 'resuming' | 'naive'
  /** How many make and release allocations, and how often each. */
  readonly producers: number
  readonly perSecond: number
  /** Between the end of one fault and the beginning of the next. */
  readonly calmMs: number
  readonly say: (line: string) => void
}

export interface SoakReport extends Counts {
  readonly seconds: number
  readonly seed: number
  readonly manner: SoakOptions['manner']
  readonly followers: number
  /** Notifications in the log, of all people followed. */
  readonly logged: number
  /** Releases that an answer confirmed: each must have told everybody. */
  readonly confirmed: number
  /** Calls of the load that ended in an error, as they may while something is away. */
  readonly failedCalls: number
  readonly reloads: number
  readonly faults: Readonly<Record<string, number>>
  /** Gaps and ends that readers were told of; none is expected. */
  readonly failures: readonly string[]
}

/** Everybody who may see Vision, and is told of what happens there. */
const READERS: readonly DemoEmail[] = [
  'owner@northwind.example',
  'developer@northwind.example',
  'viewer@northwind.example',
]
const TELL_EVERY_MS = 5_000
const SETTLE_MS = 120_000

/** Runs the product under load while it is broken, and compares what readers were told with what the log holds. */
export const soak = async (options: SoakOptions): Promise<SoakReport> => {
  const { seconds, seed, manner, say } = options
  const random = randomOf(seed)
  const stage = await setSoakStage()
  const followers: Follower[] = []
  const faults: Record<string, number> = {}
  let reloads = 0
  try {
    const clientOf = (email: string, index = 1): GraphClientOptions => ({
      url: `${stage.proxy.url}/graphql`,
      token: ({ refused }) =>
        refused === undefined ? stage.tokenOf(email) : signIn({ issuer: stage.issuer, email, factors: 'single' }),
      pingAfterMs: 2_000,
      backoff: { baseMs: 100, maxMs: 3_000 },
      ...(index % 5 === 0 && { transport: 'sse' as const }),
    })
    for (let index = 1; index <= options.followers; index += 1) {
      const email = READERS[index % READERS.length] ?? READERS[0] ?? ''
      followers.push(startFollower({ client: clientOf(email, index), email, manner, slowMs: index % 7 === 0 ? 20 : 0 }))
    }
    await until('every reader is connected', () => followers.every(({ isOpen }) => isOpen()), 60_000)
    await warmUp(followers, () => startProducer(clientOf('developer@northwind.example'), 'warm-up', 2))
    const log = await openLog(stage.database.url, READERS)

    const counts = (extent: 'whole' | 'so-far'): Counts =>
      sumOf(followers.map(({ email, received }) => countOf(received, log.rowsOf(email as DemoEmail), extent)))
    const tell = (prefix: string, { delivered, missed, repeated, outOfOrder }: Counts): void =>
      say(`${prefix} delivered ${delivered}, missed ${missed}, repeated ${repeated}, out of order ${outOfOrder}`)

    const begun = performance.now()
    const happened = (): number => Object.values(faults).reduce((sum, count) => sum + count, 0)
    const isOver = (): boolean => performance.now() - begun > seconds * 1000 && happened() >= options.faults
    const producers = Array.from({ length: options.producers }, (_, index) =>
      startProducer(clientOf('developer@northwind.example'), `soak-${index.toString()}`, options.perSecond),
    )

    const breakThings = async (): Promise<void> => {
      const possible = faultsOf(stage, random)
      let round: (typeof possible)[number][] = []
      while (!isOver()) {
        await pause(options.calmMs)
        if (round.length === 0) round = [...possible]
        const chosen = random.pick(round)
        round = round.filter((fault) => fault !== chosen)
        const { name, happen } = chosen()
        say(`  ${name}`)
        await happen()
        faults[name] = (faults[name] ?? 0) + 1
      }
    }
    const reloadPages = async (): Promise<void> => {
      while (!isOver()) {
        await pause(500)
        // A page that never saw a cursor has nothing to go on from.
        const ready = followers.filter(({ received }) => received.length > 0)
        if (ready.length === 0) continue
        await random.pick(ready).reload()
        reloads += 1
      }
    }
    const report = async (): Promise<void> => {
      while (!isOver()) {
        await pause(Math.min(TELL_EVERY_MS, seconds * 250))
        await log.refresh().catch(() => undefined) // the database is away: what is known is told
        tell(`${Math.round((performance.now() - begun) / 1000)} s:`, counts('so-far'))
      }
    }
    await Promise.all([breakThings(), reloadPages(), report()])
    await Promise.all(producers.map(({ stop }) => stop()))

    const confirmed = producers.flatMap(({ released }) => [...released])
    const untold = (): number =>
      READERS.reduce((sum, email) => {
        const told = new Set(
          [...log.rowsOf(email).values()]
            .filter(({ template }) => template === 'allocation-released')
            .map(({ subject }) => subject),
        )
        return sum + confirmed.filter((id) => !told.has(id)).length
      }, 0)
    const isSettled = async (): Promise<boolean> => {
      await log.refresh()
      return untold() === 0 && counts('whole').missed === 0
    }
    say('  the load has ended; what is under way arrives')
    await until('everything has arrived', isSettled, manner === 'naive' ? 10_000 : SETTLE_MS).catch(() => undefined)
    await quiet(() => counts('whole').delivered, log.refresh)
    const final = counts('whole')
    const total = { ...final, missed: final.missed + untold() }
    tell('in all:', total)
    return {
      ...total,
      seconds,
      seed,
      manner,
      followers: followers.length,
      logged: READERS.reduce((sum, email) => sum + log.rowsOf(email).size, 0),
      confirmed: confirmed.length,
      failedCalls: producers.reduce((sum, { failed }) => sum + failed(), 0),
      reloads,
      faults,
      failures: followers.flatMap(({ failures }) => failures),
    }
  } finally {
    await Promise.all(followers.map(({ close }) => close()))
    await stage.end()
  }
}

/** Has everybody told something, so that all have a cursor to go on from; none of it counts. */
const warmUp = async (followers: readonly Follower[], start: () => Producer): Promise<void> => {
  const producer = start()
  const isTold = (): boolean => followers.every(({ received }) => received.length > 0)
  await until('every reader was told something', isTold, SETTLE_MS).finally(() => producer.stop())
  await quiet(() => followers.reduce((sum, { received }) => sum + received.length, 0))
  for (const { forget } of followers) forget()
}

/** Waits until nothing more comes: something late may still come a second time. */
const quiet = async (delivered: () => number, refresh?: () => Promise<void>): Promise<void> => {
  for (let before = -1; before !== delivered();) {
    before = delivered()
    await pause(3_000)
    await refresh?.()
  }
}
