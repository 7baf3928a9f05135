import { Client } from 'pg'
import { catalogued, CataloguedError } from '../errors/catalogue.ts'
import { isUpToDate, settleInterrupted } from './migration/history.ts'
import { asMigrationList, readDatamodel, readMigrations, type Migration } from './migration/migrations.ts'
import { withSchemaEngine } from './migration/schema-engine.ts'

const NO_FILTERS = { externalTables: [], externalEnums: [] }

/** Applying needs no datamodel, and the engine does not start without one. */
const ANY_DATAMODEL = [
  {
    path: 'schema.prisma',
    content: 'datasource db {\n  provider = "postgresql"\n}\n',
  },
]

export interface MigrationFiles {
  /** `prisma/migrations`. */
  readonly migrationsDirectory: string
  /** `prisma/schema`. */
  readonly schemaDirectory: string
}

export interface MigrationOptions {
  /** As the owner of the database. */
  readonly url: string
  readonly migrationsDirectory: string
}

const holdingLock = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    lock_timeout: 120_000,
  })
  let lost: Error | undefined
  client.on('error', (error) => {
    lost = error
  })
  try {
    await client.connect()
    await client.query(`select pg_advisory_lock(hashtextextended('gpuaas.migrate', 0))`)
    const result = await work(client)
    if (lost !== undefined) throw lost
    return result
  } finally {
    await client.end()
  }
}

const apply = async (url: string, directory: string, migrations: readonly Migration[]): Promise<readonly string[]> =>
  withSchemaEngine(url, ANY_DATAMODEL, async (engine) => {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: asMigrationList(directory, migrations),
      filters: NO_FILTERS,
    })
    return appliedMigrationNames
  })

/**
 * Brings the database up to date and resolves with the names of the migrations it applied. History is kept in Prisma's
 * `_prisma_migrations`, so that `prisma migrate deploy` goes on from here and the other way round. Any number of
 * processes may call it at once: one works, the others find nothing to do. When nothing is to be done it is two
 * queries. Throws `MIGRATION_FAILED`.
 */
export const applyMigrations = async ({ url, migrationsDirectory }: MigrationOptions): Promise<readonly string[]> => {
  const migrations = await readMigrations(migrationsDirectory)
  try {
    return await holdingLock(url, async (client) => {
      if (await isUpToDate(client, migrations)) return []
      await settleInterrupted(client)
      return apply(url, migrationsDirectory, migrations)
    })
  } catch (error) {
    if (error instanceof CataloguedError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw catalogued(
      'MIGRATION_FAILED',
      {},
      {
        cause: error,
        message: `The database could not be migrated: ${message}`,
      },
    )
  }
}

/** The SQL by which the datamodel goes beyond the migrations: the start of the next migration. Empty when nothing does. */
export const nextMigration = async (url: string, files: MigrationFiles): Promise<string> => {
  const migrations = await readMigrations(files.migrationsDirectory)
  const datamodel = await readDatamodel(files.schemaDirectory)
  return withSchemaEngine(url, datamodel, async (engine) => {
    const { stdout } = await engine.diff({
      from: {
        tag: 'migrations',
        ...asMigrationList(files.migrationsDirectory, migrations),
      },
      to: { tag: 'schemaDatamodel', files: [...datamodel] },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    })
    return sqlIn(stdout)
  })
}

/**
 * The SQL that would make the database what the datamodel says; empty when they agree. Policies, checks, triggers,
 * partial indexes, partitions and rights are no part of a datamodel, so they are no difference.
 */
export const drift = async (url: string, schemaDirectory: string): Promise<string> => {
  const datamodel = await readDatamodel(schemaDirectory)
  return withSchemaEngine(url, datamodel, async (engine) => {
    const { stdout } = await engine.diff({
      from: {
        tag: 'schemaDatasource',
        files: [...datamodel],
        configDir: schemaDirectory,
      },
      to: { tag: 'schemaDatamodel', files: [...datamodel] },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    })
    return sqlIn(stdout)
  })
}

const sqlIn = (script: string | null): string =>
  script === null || script.startsWith('-- This is an empty migration.') ? '' : script
