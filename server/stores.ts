import { join } from 'node:path'
import type { Cache } from '../platform/cache/cache.ts'
import { createMemoryCache } from '../platform/cache/memory-cache.ts'
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
  if (url === undefined) return createMemoryCache({ clock, log })
  // A client that most processes of one machine never use is not kept in their memory.
  const { connectRedisCache } = await import('../platform/cache/redis-cache.ts')
  return connectRedisCache({ url, log })
}

export const migrationsDirectory = join(import.meta.dirname, '..', 'prisma', 'migrations')
