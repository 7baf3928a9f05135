import { setTimeout as pause } from 'node:timers/promises'
import type { GraphClientOptions } from '../../client/types.d.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'
import { signIn } from '../../identity/sign-in.ts'
import { randomOf, seedAt, type Random } from '../../test/testkit/random-graph/random.ts'
import { until } from '../../test/testkit/until.ts'
import type { Counts } from './count.ts'
import { breakThings, networkFaults, productFaults, type FaultKind } from './faults.ts'
import { openLog } from './log.ts'
import { startProducer, type Producer } from './producer.ts'
import { READERS, startReaders, type Readers } from './readers.ts'
import { setSoakStage, type SoakStage, type SoakStageOptions } from './stage.ts'

export interface SoakOptions extends SoakStageOptions {
  /** It lasts longer where not every kind of fault has happened by then. */
  readonly seconds: number
  readonly seed: number
  readonly readers: number
  /** How many make and release allocations, and how often each. */
  readonly producers: number
  readonly perSecond: number
  /** Between the end of one fault and the beginning of the next. */
  readonly calmMs: number
  /** How long nothing more must come before it is taken for all. */
  readonly quietMs: number
  readonly say: (line: string) => void
}

export interface SoakReport extends Counts {
  readonly seconds: number
  readonly seed: number
  readonly readers: number
  /** The negative control: what readers without cursors were told in the same run. */
  readonly naive: Counts
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

const CONNECT_MS = 60_000
const SETTLE_MS = 120_000
const TELL_EVERY_MS = 5_000
const LOOK_EVERY_MS = 250
const RELOAD_EVERY_MS = 500
const LOADER = 'developer@northwind.example'

/** Runs the product under load while it is broken, and compares what readers were told with what the log holds. */
export const soak = async (options: SoakOptions): Promise<SoakReport> => {
  const stage = await setSoakStage(options)
  const clientOf = clientsOf(stage)
  const readers = startReaders(options.readers, clientOf)
  const producers: Producer[] = []
  const startLoad = (name: string, perSecond: number): Producer => {
    const producer = startProducer(clientOf(LOADER), name, perSecond)
    producers.push(producer)
    return producer
  }
  try {
    await until('every reader is connected', readers.areConnected, CONNECT_MS)
    await warmUp(readers, startLoad('warm-up', 4), options.quietMs)
    const log = await openLog(stage.database.url, READERS)
    const load = Array.from({ length: options.producers }, (_, index) =>
      startLoad(`soak-${index.toString()}`, options.perSecond),
    )
    const { faults, reloads } = await breakAndReload(stage, readers, options, async () => {
      await log.refresh().catch(() => undefined) // the database is away: what is known is told
      return readers.resuming(log, 'so-far')
    })
    await Promise.all(load.map(({ stop }) => stop()))

    options.say('  the load has ended; what is under way arrives')
    const confirmed = load.flatMap(({ released }) => [...released])
    const counts = (): Counts => readers.resuming(log, 'whole')
    const isSettled = async (): Promise<boolean> => {
      await log.refresh()
      return log.untold(confirmed) === 0 && counts().missed === 0
    }
    for (const deadline = performance.now() + SETTLE_MS; !(await isSettled()) && performance.now() < deadline;)
      await pause(LOOK_EVERY_MS)
    await quiet(readers, options.quietMs)
    await log.refresh()
    const final = counts()
    const total = { ...final, missed: final.missed + log.untold(confirmed) }
    const naive = readers.naive(log)
    options.say(`in all: ${textOf(total)}; readers without cursors: ${textOf(naive)}`)
    return {
      ...total,
      naive,
      seconds: options.seconds,
      seed: options.seed,
      readers: options.readers,
      logged: READERS.reduce((sum, email) => sum + log.rowsOf(email).size, 0),
      confirmed: confirmed.length,
      failedCalls: load.reduce((sum, { failed }) => sum + failed(), 0),
      reloads,
      faults,
      failures: readers.all.flatMap(({ failures }) => failures),
    }
  } finally {
    await Promise.allSettled([readers.close(), ...producers.map(({ stop }) => stop())])
    await stage.end()
  }
}

const textOf = ({ delivered, missed, repeated, outOfOrder }: Counts): string =>
  `delivered ${delivered}, missed ${missed}, repeated ${repeated}, out of order ${outOfOrder}`

const clientsOf =
  ({ proxy, issuer, tokenOf }: SoakStage) =>
  (email: DemoEmail, transport: 'auto' | 'sse' = 'auto'): GraphClientOptions => ({
    url: `${proxy.url}/graphql`,
    token: ({ refused }) => (refused === undefined ? tokenOf(email) : signIn({ issuer, email, factors: 'single' })),
    pingAfterMs: 2_000,
    backoff: { baseMs: 100, maxMs: 3_000 },
    transport,
  })

/** Network and product are broken at once, while pages are closed and opened again. */
const breakAndReload = async (
  stage: SoakStage,
  readers: Readers,
  options: SoakOptions,
  look: () => Promise<Counts>,
) => {
  const { seconds, seed, calmMs, say } = options
  const begun = performance.now()
  const faults: Record<string, number> = {}
  const over = new AbortController()
  const failures: unknown[] = []
  let reloads = 0
  const randomFor = (place: string) => randomOf(seedAt(seed, place))
  const hand = (kinds: readonly FaultKind[], random: Random): Promise<void> =>
    breakThings(kinds, {
      ...{ random, calmMs, stopped: over.signal },
      isLongEnough: () => performance.now() - begun > seconds * 1000,
      onFault: (name) => {
        say(`  ${name}`)
        faults[name] = (faults[name] ?? 0) + 1
      },
    })
  const again = async (everyMs: number, act: () => Promise<void>): Promise<void> => {
    const waited = () => pause(everyMs, 'in full' as const, { signal: over.signal }).catch(() => undefined)
    while (await waited()) await act()
  }
  const failed = (error: unknown): void => {
    failures.push(error)
    over.abort()
  }
  const pages = randomFor('pages')
  const beside = [
    again(RELOAD_EVERY_MS, async () => {
      await readers.reloadOne(pages)
      reloads += 1
    }),
    again(TELL_EVERY_MS, async () =>
      say(`${Math.round((performance.now() - begun) / 1000)} s: ${textOf(await look())}`),
    ),
  ].map((work) => work.catch(failed))
  const [network, product] = [randomFor('network'), randomFor('product')]
  await Promise.all([
    hand(networkFaults(stage, network), network).catch(failed),
    hand(productFaults(stage, product), product).catch(failed),
  ])
  over.abort()
  await Promise.all(beside)
  if (failures.length > 0) throw failures[0]
  return { faults, reloads }
}

/** Has everybody told something, so that all have a cursor to go on from; none of it counts. */
const warmUp = async (readers: Readers, producer: Producer, quietMs: number): Promise<void> => {
  const areTold = (): boolean => readers.all.every(({ received }) => received.length > 0)
  await until('every reader was told something', areTold, SETTLE_MS).finally(() => producer.stop())
  await quiet(readers, quietMs)
  for (const { forget } of readers.all) forget()
}

/** Waits until nothing more comes: something late may still come a second time. */
const quiet = async (readers: Readers, quietMs: number): Promise<void> => {
  const delivered = (): number => readers.all.reduce((sum, { received }) => sum + received.length, 0)
  for (let before = -1; before !== delivered();) {
    before = delivered()
    await pause(quietMs)
  }
}
