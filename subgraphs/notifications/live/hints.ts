import type { Cache, Unsubscribe } from '../../../platform/cache/cache.ts'
import type { Channel } from '../../../platform/cache/inventory.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Log } from '../../../platform/log/log.ts'

/** Tells the open streams of a user that there is something to read. It only makes them quick: the log is the truth (R71). */
export interface Hints {
  /** Never fails: who is not told finds it when they look by themselves. */
  readonly publish: (userId: Uuid, sequence: bigint) => Promise<void>
  /** `listener` gets the place of what is new; places may be lost, repeated, or come in another order. Never fails. */
  readonly subscribe: (userId: Uuid, listener: (sequence: bigint) => void) => Promise<Unsubscribe>
}

/** One channel for each user: a process hears of those alone whose streams it holds. */
const channelOf = (userId: Uuid): Channel => `notifications.${userId}`

const SEQUENCE = /^\d{1,18}$/

export const createHints = (bus: Pick<Cache, 'publish' | 'subscribe'>, log: Log): Hints => ({
  publish: async (userId, sequence) => {
    try {
      await bus.publish(channelOf(userId), sequence.toString())
    } catch (error) {
      log.warn({ err: error }, 'a hint was not published; streams find the notification by themselves')
    }
  },
  subscribe: async (userId, listener) => {
    try {
      return await bus.subscribe(channelOf(userId), (message) => {
        if (SEQUENCE.test(message)) listener(BigInt(message))
      })
    } catch (error) {
      log.warn({ err: error }, 'there are no hints; a stream looks for its notifications by itself')
      return () => Promise.resolve()
    }
  },
})
