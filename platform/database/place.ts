import type { Config } from '../config/config.ts'
import { DATABASE_LOGINS, type DatabaseLogin } from '../config/logins.ts'
import { isEmbedded } from '../config/roles.ts'
import { openSecrets } from '../config/secrets.ts'
import type { Log } from '../log/log.ts'
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts'
import { roleUrl, type RoleSecrets } from './roles.ts'

/** Where the database is, for its owner and for each login. */
export interface DatabasePlace {
  readonly ownerUrl: string
  readonly secrets: RoleSecrets
  readonly urlOf: (login: DatabaseLogin) => string
  /** Ends the embedded server; does nothing for a given one. */
  readonly stop: () => Promise<void>
}

export interface PlaceOptions {
  readonly config: Config
  readonly log: Log
  /** Tells a person what is being waited for. */
  readonly progress: (message: string) => void
}

/** The database of `DATABASE_URL`, or a PostgreSQL of our own under `DATA_DIR`. */
export const placeDatabase = async ({ config, log, progress }: PlaceOptions): Promise<DatabasePlace> => {
  const given = config.databaseUrl?.reveal()
  const server =
    given === undefined
      ? await startEmbeddedPostgres({ directory: config.dataDirectory, log, progress })
      : { url: given, stop: () => Promise.resolve() }
  // After the embedded server: starting it made this process the data directory's owner.
  const secrets = await roleSecrets(config)
  return { ownerUrl: server.url, secrets, urlOf: (login) => roleUrl(server.url, login, secrets), stop: server.stop }
}

const roleSecrets = async (config: Config): Promise<RoleSecrets> => {
  const given = DATABASE_LOGINS.flatMap((login) => {
    const password = config[`databasePassword:${login}`]
    return password === undefined ? [] : [[login, password.reveal()] as const]
  })
  return { secret: await roleSecret(config), passwords: Object.fromEntries(given) }
}

/** Made and kept only where one process is the whole product: a part of it must be given what the other parts know. */
const roleSecret = async (config: Config): Promise<string | undefined> => {
  if (config.databaseRoleSecret !== undefined) return config.databaseRoleSecret.reveal()
  if (!isEmbedded(config.roles)) return undefined
  return (await openSecrets(config.dataDirectory, ['databaseRoles'])).databaseRoles
}
