import { applyMigrations } from './migrate.ts'
import { ensureDatabase, ensureRoles, type RoleSecrets } from './roles.ts'

export interface PrepareOptions {
  /** As the owner of the database, which is made when missing. */
  readonly ownerUrl: string
  readonly roles: RoleSecrets
  readonly migrationsDirectory: string
  readonly progress: (message: string) => void
}

/** Database, roles, migrations, in the order in which they need each other. Resolves with the migrations it applied. */
export const prepareDatabase = async (options: PrepareOptions): Promise<readonly string[]> => {
  await ensureDatabase(options.ownerUrl)
  await ensureRoles(options.ownerUrl, options.roles)
  options.progress('Bringing the database up to date')
  return applyMigrations({
    url: options.ownerUrl,
    migrationsDirectory: options.migrationsDirectory,
  })
}
