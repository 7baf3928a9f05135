import { Redis } from 'ioredis'
import { catalogued } from '../errors/catalogue.ts'
import type { Log } from '../log/log.ts'

/**
 * A connection that answers or fails at once: nothing is queued while Redis is away, nothing is sent twice, and it
 * comes back by itself.
 */
export const openConnection = (url: string, purpose: 'commands' | 'subscriptions', log: Log): Redis => {
  const connection = new Redis(url, {
    lazyConnect: true,
    connectionName: `gpuaas-${purpose}`,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 3000,
    commandTimeout: 2000,
    disconnectTimeout: 500,
    retryStrategy: (times) => Math.min(50 * times, 1000),
  })
  let isAway = false
  connection.on('error', (error: Error) => {
    if (!isAway) log.warn({ err: error, purpose }, 'redis is not available')
    isAway = true
  })
  connection.on('ready', () => {
    if (isAway) log.info({ purpose }, 'redis is available again')
    isAway = false
  })
  return connection
}

/** What Redis answers while it cannot serve, although it can be reached. */
const UNABLE =
  /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|MISCONF|NOAUTH|WRONGPASS|NOPERM|NOREPLICAS)/

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError' && !UNABLE.test(error.message)

/** Runs a command. `CACHE_UNAVAILABLE` when Redis cannot be reached or cannot serve; a command it refuses is a fault. */
export const command = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    throw isRefusal(error) ? error : catalogued('CACHE_UNAVAILABLE', {}, { cause: error })
  }
}

/** Ends a connection: politely where Redis answers, at once where it does not. */
export const closeConnection = async (connection: Redis): Promise<void> => {
  if (connection.status === 'ready') await connection.quit().catch(() => undefined)
  connection.disconnect()
}
