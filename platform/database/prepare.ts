import { catalogued } from '../errors/catalogue.ts'
import { withoutCredentials } from './database-url.ts'
import { applyMigrations } from './migrate.ts'
import { ensureDatabase, ensureRoles, type RoleSecrets } from './roles.ts'

export interface PrepareOptions {
  /** As the owner of the database, which is made when missing. */
  readonly ownerUrl: string
  readonly roles: RoleSecrets
  readonly migrationsDirectory: string
  readonly progress: (message: string) => void
}

/**
 * Database, roles, migrations, in the order in which they need each other. Resolves with the migrations it applied.
 * Throws `DATABASE_NOT_USABLE` when the server cannot be reached or refuses, else `MIGRATION_FAILED`.
 */
export const prepareDatabase = async (options: PrepareOptions): Promise<readonly string[]> => {
  const { ownerUrl, roles, migrationsDirectory, progress } = options
  try {
    await ensureDatabase(ownerUrl)
    await ensureRoles(ownerUrl, roles)
  } catch (cause) {
    const message = `The database at ${withoutCredentials(ownerUrl)} cannot be used: ${reasonOf(cause)}`
    throw catalogued('DATABASE_NOT_USABLE', {}, { cause, message })
  }
  progress('Bringing the database up to date')
  return applyMigrations({ url: ownerUrl, migrationsDirectory })
}

/** An attempt to reach a name with several addresses fails with one error of many and no message of its own. */
const reasonOf = (cause: unknown): string => {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
