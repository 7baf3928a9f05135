import { setTimeout as delay } from 'node:timers/promises'
import { answerCalls } from './remote.ts'
import { Subscriber, type Delivered } from './subscriber.ts'

/** The load generator: every subscriber, in a process of its own. */
const subscribers: Subscriber[] = []
const failures = new Map<string, number>()
let latencies: number[] = []
let delivered = 0
let missed = 0
let repeated = 0
let latest = 0

const onFailed = (why: string): void => {
  failures.set(why, (failures.get(why) ?? 0) + 1)
}

const onDelivered = (subscriber: Subscriber, { sequence, sentAt }: Delivered, at: number): void => {
  const { last } = subscriber
  delivered++
  latencies.push(at - sentAt)
  latest = at
  if (sequence <= last) repeated++
  else missed += sequence - last - 1
  subscriber.last = Math.max(sequence, last)
}

const CONNECTING_AT_ONCE = 100
/** A prime: each leaves once before any leaves twice, in no order that topics have. */
const STEP = 7919
const LOOPBACKS = process.platform === 'linux' ? 8 : 1

export interface Opening {
  readonly url: string
  readonly count: number
  readonly topics: number
  readonly ends: Ends
}

/** The last event of each topic that has any. */
type Ends = Readonly<Record<string, number>>

const calls = {
  open: async ({ url, count, topics, ends }: Opening) => {
    const begin = subscribers.length
    for (let index = begin; index < begin + count; index++) {
      const localAddress = LOOPBACKS > 1 ? `127.0.0.${String(1 + (index % LOOPBACKS))}` : undefined
      const topic = `topic-${String(index % topics)}`
      subscribers.push(new Subscriber({ url, topic, last: ends[topic] ?? 0, localAddress, onDelivered, onFailed }))
    }
    const waiting = subscribers.slice(begin).values()
    const work = async (): Promise<void> => {
      for (const subscriber of waiting) await subscriber.open()
    }
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, work))
  },
  closeAll: () => {
    for (const subscriber of subscribers.splice(0)) subscriber.close('left')
  },
  /** Events that have not come to those who wait for them. */
  outstanding: (ends: Ends) =>
    subscribers.reduce((sum, { topic, last }) => sum + Math.max((ends[topic] ?? 0) - last, 0), 0),
  /** What was delivered since the last time. */
  collect: () => {
    const sorted = latencies.toSorted((one, other) => one - other)
    const at = (share: number): number => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0
    const collected = {
      delivered,
      missed,
      repeated,
      latest,
      milliseconds: { p50: at(0.5), p99: at(0.99), most: at(1) },
      failures: Object.fromEntries(failures),
    }
    latencies = []
    failures.clear()
    delivered = missed = repeated = 0
    return collected
  },
  /** So many leave each second, half of them without a word, and come back a moment later. */
  reconnect: async ({ perSecond, seconds }: { readonly perSecond: number; readonly seconds: number }) => {
    const begun = performance.now()
    const returns: Promise<void>[] = []
    for (let turn = 0; turn < perSecond * seconds; turn++) {
      const wait = begun + (turn / perSecond) * 1000 - performance.now()
      if (wait > 0) await delay(wait)
      const subscriber = subscribers[(turn * STEP) % subscribers.length]
      subscriber?.close(turn % 2 === 0 ? 'lost' : 'left')
      returns.push(delay(Math.random() * 1000).then(() => subscriber?.open()))
    }
    await Promise.all(returns)
    return returns.length
  },
  /** CPU time that this process has used, in seconds: a generator that is busy all the time measures itself. */
  cpuSeconds: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  },
}

export type LoadCalls = typeof calls
answerCalls(calls)
