import { setTimeout as delay } from 'node:timers/promises'
import type { RealtimeStage } from './stage.ts'
import { now } from './subscriber.ts'

export interface Plan {
  readonly subscribers: number
  readonly topics: number
  readonly deliveriesPerSecond: number
  readonly seconds: number
  readonly broadcasts: number
  readonly reconnectsPerSecond: number
}

export type Progress = (message: string) => void

const SETTLE_MS = 3000
/** What has not come so long after the last event was sent is lost. */
const LOST_MS = 15_000
const WARM_UP = 100
const MEGABYTE = 1024

/** All at once to subscribers that wait; and what one of them costs while it waits. */
export const measureIdle = async ({ load, gateway, subgraphs, url }: RealtimeStage, { subscribers, topics }: Plan) => {
  // The first make the process what it is later: code compiled, buffers pooled. So few of them weigh nothing.
  await load.call('open', { url, count: WARM_UP, topics, ends: {} })
  await load.call('closeAll')
  await delay(SETTLE_MS)
  const before = await gateway.memoryMegabytes()
  const begun = performance.now()
  await load.call('open', { url, count: subscribers, topics, ends: {} })
  const seconds = (performance.now() - begun) / 1000
  while ((await subgraphs.call('streams')) < topics) await delay(50)
  await delay(SETTLE_MS)
  const after = await gateway.memoryMegabytes()
  const { failures } = await load.call('collect')
  return {
    openedPerSecond: Math.round(subscribers / seconds),
    kilobytesEach: Number((((after - before) * MEGABYTE) / subscribers).toFixed(1)),
    megabytes: Math.round(after),
    streamsInSubgraph: await subgraphs.call('streams'),
    failures,
  }
}

/** So many deliveries a second, to everybody, `during` which something else may happen. */
export const measureDeliveries = async (
  { load, gateway, subgraphs }: RealtimeStage,
  { subscribers, topics, deliveriesPerSecond, seconds }: Plan,
  during: () => Promise<unknown> = () => delay(seconds * 1000),
) => {
  const eventsPerSecond = (deliveriesPerSecond * topics) / subscribers
  const used = async () => ({ gateway: await gateway.cpuSeconds(), load: await load.call('cpuSeconds') })
  const fetchesBefore = await subgraphs.call('fetches')
  await load.call('collect')
  const [begun, before] = [performance.now(), await used()]
  await subgraphs.call('begin', { topics, eventsPerSecond })
  await during()
  await subgraphs.call('pause')
  const elapsed = (performance.now() - begun) / 1000
  const after = await used()
  const lost = await outstandingAfterAll({ load, subgraphs })
  const { delivered, missed, repeated, milliseconds, failures } = await load.call('collect')
  return {
    deliveriesPerSecond: Math.round(delivered / elapsed),
    delivered,
    /** Passed over, or never come: the end of a stream tells nothing about itself. */
    missed: missed + lost,
    repeated,
    milliseconds,
    /** Fetches of the second subgraph for each event: one completion serves every subscriber. */
    completionsPerEvent: Number(
      (((await subgraphs.call('fetches')) - fetchesBefore) / (eventsPerSecond * elapsed)).toFixed(2),
    ),
    /** Shares of one processor. */
    busy: {
      gateway: Number(((after.gateway - before.gateway) / elapsed).toFixed(2)),
      load: Number(((after.load - before.load) / elapsed).toFixed(2)),
    },
    failures,
  }
}

const outstandingAfterAll = async ({ load, subgraphs }: Pick<RealtimeStage, 'load' | 'subgraphs'>): Promise<number> => {
  const ends = await subgraphs.call('ends')
  const deadline = performance.now() + LOST_MS
  for (;;) {
    await delay(SETTLE_MS)
    const outstanding = await load.call('outstanding', ends)
    if (outstanding === 0 || performance.now() > deadline) return outstanding
  }
}

/** One event to everybody: how long until the last one has it. */
export const measureBroadcasts = async (
  { load, subgraphs }: RealtimeStage,
  { subscribers, broadcasts }: Plan,
  topic: string,
) => {
  const milliseconds: number[] = []
  await load.call('collect')
  for (let turn = 0; turn < broadcasts; turn++) {
    const sentAt = now()
    await subgraphs.call('emit', topic)
    let [delivered, latest] = [0, 0]
    const deadline = performance.now() + 10_000
    while (delivered < subscribers && performance.now() < deadline) {
      // Asked seldom: the answer is made by the process that is measured by.
      await delay(500)
      const collected = await load.call('collect')
      delivered += collected.delivered
      latest = Math.max(latest, collected.latest)
    }
    if (delivered < subscribers) throw new Error(`A broadcast reached ${String(delivered)} of ${String(subscribers)}`)
    milliseconds.push(latest - sentAt)
  }
  const sorted = milliseconds.toSorted((one, other) => one - other)
  return { median: Math.round(sorted[sorted.length >> 1] ?? 0), most: Math.round(sorted.at(-1) ?? 0) }
}
