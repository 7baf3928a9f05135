import { join } from 'node:path'
import type { Cache } from '../platform/cache/cache.ts'
import { createMemoryCache } from '../platform/cache/memory-cache.ts'
import { connectRedisCache } from '../platform/cache/redis-cache.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import type { Log } from '../platform/log/log.ts'

export interface CacheParts {
  readonly config: Pick<Config, 'redisUrl'>
  readonly clock: Clock
  readonly log: Log
}

/** Redis where it is given, else a cache of this process alone. */
export const openCache = async ({ config, clock, log }: CacheParts): Promise<Cache> => {
  const url = config.redisUrl?.reveal()
  return url === undefined ? createMemoryCache({ clock, log }) : connectRedisCache({ url, log })
}

export const migrationsDirectory = join(import.meta.dirname, '..', 'prisma', 'migrations')
