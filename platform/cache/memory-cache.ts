import type { Clock } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import type { Cache } from './cache.ts'
import { checkTtl, keyText } from './cache-key.ts'
import { Listeners } from './listeners.ts'
import { MemoryStore } from './memory-store.ts'

export interface MemoryCacheOptions {
  readonly clock: Clock
  readonly log: Log
  readonly maxEntries?: number
  readonly maxBytes?: number
  readonly sweepEveryMs?: number
}

/** The cache of a product that runs in one process. Bounded: what is unused for longest is forgotten first. */
export const createMemoryCache = (options: MemoryCacheOptions): Cache => {
  const { clock, log, maxEntries = 100_000, maxBytes = 64 * 1024 * 1024, sweepEveryMs = 15_000 } = options
  const store = new MemoryStore(clock, { maxEntries, maxBytes })
  const listeners = new Listeners(log)
  const sweeping = setInterval(() => {
    store.sweep()
  }, sweepEveryMs).unref()

  /** Every operation is one step; what it throws rejects. */
  const step = <T>(work: () => T): Promise<T> =>
    new Promise((resolve) => {
      resolve(work())
    })

  return {
    get: (key) => step(() => store.get(keyText(key))?.value),
    set: (key, value, ttlMs) =>
      step(() => {
        store.set(keyText(key), value, checkTtl(ttlMs))
      }),
    setIfAbsent: (key, value, ttlMs) =>
      step(() => {
        const ttl = checkTtl(ttlMs)
        if (store.get(keyText(key)) !== undefined) return false
        store.set(keyText(key), value, ttl)
        return true
      }),
    take: (key) =>
      step(() => {
        const entry = store.get(keyText(key))
        store.delete(keyText(key))
        return entry?.value
      }),
    delete: (key) =>
      step(() => {
        store.delete(keyText(key))
      }),
    deleteUnder: (prefix) =>
      step(() => {
        store.deleteUnder(keyText(prefix))
      }),
    increment: (key, ttlMs) =>
      step(() => {
        const ttl = checkTtl(ttlMs)
        const entry = store.get(keyText(key))
        const count = Number(entry?.value ?? '0') + 1
        if (!Number.isSafeInteger(count)) throw new TypeError('Only whole numbers can be incremented')
        store.replace(keyText(key), count.toString(), entry?.expiresAt ?? clock.now().getTime() + ttl)
        return count
      }),
    publish: (channel, message) =>
      step(() => {
        setImmediate(() => {
          listeners.tell(channel, message)
        })
      }),
    subscribe: (channel, listener) => step(() => listeners.add(channel, listener)),
    ping: () => Promise.resolve(),
    close: () =>
      step(() => {
        clearInterval(sweeping)
        listeners.clear()
        store.clear()
      }),
  }
}
