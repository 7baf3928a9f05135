import type { Redis } from 'ioredis'
import type { Log } from '../log/log.ts'
import type { Cache, CacheKey } from './cache.ts'
import { checkTtl, keyText } from './cache-key.ts'
import { Listeners } from './listeners.ts'
import { closeConnection, command, openConnection } from './redis-connection.ts'

export interface RedisCacheOptions {
  readonly url: string
  readonly log: Log
  /** Begins every key and channel, so that several deployments can share a Redis. */
  readonly namespace?: string
}

/**
 * The cache that processes share. Resolves once connected; `CACHE_UNAVAILABLE` when Redis cannot be reached. Later
 * losses fail each command at once and heal by themselves, subscriptions included; what was published meanwhile is lost.
 */
export const connectRedisCache = async ({ url, log, namespace = 'gpuaas' }: RedisCacheOptions): Promise<Cache> => {
  const redis = openConnection(url, 'commands', log)
  const subscriber = openConnection(url, 'subscriptions', log)
  const close = async (): Promise<void> => {
    await Promise.all([closeConnection(redis), closeConnection(subscriber)])
  }
  try {
    await command(() => Promise.all([redis.connect(), subscriber.connect()]))
  } catch (error) {
    await close()
    throw error
  }
  const text = (key: CacheKey): string => `${namespace}:${keyText(key)}`
  return { ...valuesOf(redis, text), ...channelsOf(redis, subscriber, { log, namespace }), close }
}

const valuesOf = (redis: Redis, text: (key: CacheKey) => string) => ({
  get: async (key: CacheKey) => (await command(() => redis.get(text(key)))) ?? undefined,
  set: async (key: CacheKey, value: string, ttlMs: number) => {
    const ttl = checkTtl(ttlMs)
    await command(() => redis.set(text(key), value, 'PX', ttl))
  },
  setIfAbsent: async (key: CacheKey, value: string, ttlMs: number) => {
    const ttl = checkTtl(ttlMs)
    return (await command(() => redis.set(text(key), value, 'PX', ttl, 'NX'))) === 'OK'
  },
  take: async (key: CacheKey) => (await command(() => redis.getdel(text(key)))) ?? undefined,
  delete: async (key: CacheKey) => {
    await command(() => redis.del(text(key)))
  },
  deleteUnder: async (prefix: CacheKey) => {
    await command(() => deleteMatching(redis, `${text(prefix)}*`)) // escaped parts hold no pattern characters
  },
  increment: async (key: CacheKey, ttlMs: number) => {
    const ttl = checkTtl(ttlMs)
    return await command(async () => {
      const results = await redis.multi().set(text(key), 0, 'PX', ttl, 'NX').incr(text(key)).exec()
      const [error, count] = results?.[1] ?? [new Error('The transaction was discarded'), undefined]
      if (error !== null) throw error
      return Number(count)
    })
  },
  ping: async () => {
    await command(() => redis.ping())
  },
})

const deleteMatching = async (redis: Redis, pattern: string): Promise<void> => {
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000)
    if (keys.length > 0) await redis.unlink(...keys)
    cursor = next
  } while (cursor !== '0')
}

const channelsOf = (redis: Redis, subscriber: Redis, { log, namespace }: { log: Log; namespace: string }) => {
  const listeners = new Listeners(log)
  const wire = (channel: string): string => `${namespace}:channel:${channel}`
  subscriber.on('message', (channel: string, message: string) => {
    listeners.tell(channel, message)
  })
  return {
    publish: async (channel: string, message: string) => {
      await command(() => redis.publish(wire(channel), message))
    },
    subscribe: async (channel: string, listener: (message: string) => void) => {
      const leave = listeners.add(wire(channel), listener) // before asking: no other's leaving ends the subscription
      try {
        await command(() => subscriber.subscribe(wire(channel)))
      } catch (error) {
        await leave()
        throw error
      }
      return async () => {
        await leave()
        // Redis away: it has forgotten this connection anyway, and a message nobody listens to is dropped.
        if (!listeners.has(wire(channel))) await subscriber.unsubscribe(wire(channel)).catch(() => undefined)
      }
    },
  }
}
