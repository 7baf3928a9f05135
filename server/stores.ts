import { join } from 'node:path'
import type { Cache } from '../platform/cache/cache.ts'
import { createMemoryCache } from '../platform/cache/memory-cache.ts'
import { connectRedisCache } from '../platform/cache/redis-cache.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { DATABASE_LOGINS, type DatabaseLogin } from '../platform/config/logins.ts'
import { openSecrets } from '../platform/config/secrets.ts'
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.ts'
import { roleUrl, type RoleSecrets } from '../platform/database/roles.ts'
import type { Log } from '../platform/log/log.ts'

/** Where the database is, for its owner and for each login. */
export interface DatabasePlace {
  readonly ownerUrl: string
  readonly secrets: RoleSecrets
  readonly urlOf: (login: DatabaseLogin) => string
  /** Ends the embedded server; nothing for a given one. */
  readonly stop: () => Promise<void>
}

export interface StoreParts {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  /** Tells a person what is being waited for. */
  readonly progress: (message: string) => void
}

/** The database of `DATABASE_URL`, or a PostgreSQL of our own under `DATA_DIR`. */
export const placeDatabase = async ({ config, log, progress }: StoreParts): Promise<DatabasePlace> => {
  const secrets = await roleSecrets(config)
  const given = config.databaseUrl?.reveal()
  const server = given === undefined ? await embedded(config, log, progress) : { url: given, stop: () => Promise.resolve() }
  return {
    ownerUrl: server.url,
    secrets,
    urlOf: (login) => roleUrl(server.url, login, secrets),
    stop: server.stop,
  }
}

const embedded = (config: Config, log: Log, progress: (message: string) => void) =>
  startEmbeddedPostgres({ directory: config.dataDirectory, log, progress })

const roleSecrets = async (config: Config): Promise<RoleSecrets> => {
  const secret = config.databaseRoleSecret?.reveal() ?? (await openSecrets(config.dataDirectory, ['databaseRoles'])).databaseRoles
  const given = DATABASE_LOGINS.flatMap((login) => {
    const password = config[`databasePassword:${login}`]
    return password === undefined ? [] : [[login, password.reveal()] as const]
  })
  return { secret, passwords: Object.fromEntries(given) }
}

/** Redis where it is given, else a cache of this process alone. */
export const openCache = async ({ config, log, clock }: StoreParts): Promise<Cache> => {
  const url = config.redisUrl?.reveal()
  return url === undefined ? createMemoryCache({ clock }) : connectRedisCache({ url, log })
}

export const migrationsDirectory = join(import.meta.dirname, '..', 'prisma', 'migrations')
