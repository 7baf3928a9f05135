import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { Datamodel } from './schema-engine.ts'

/** A migration on disk: `<directory>/<name>/migration.sql`, in the order of names. */
export interface Migration {
  readonly name: string
  readonly script: string
  /** SHA-256 of the script in hexadecimal, as Prisma keeps it. */
  readonly checksum: string
}

export const readMigrations = async (directory: string): Promise<readonly Migration[]> => {
  const entries = await readdir(directory, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
  return Promise.all(
    names.map(async (name) => {
      const script = await readFile(join(directory, name, 'migration.sql'), 'utf8')
      return {
        name,
        script,
        checksum: createHash('sha256').update(script).digest('hex'),
      }
    }),
  )
}

export const readDatamodel = async (directory: string): Promise<Datamodel> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.prisma')).toSorted()
  return Promise.all(
    names.map(async (name) => ({
      path: join(directory, name),
      content: await readFile(join(directory, name), 'utf8'),
    })),
  )
}

/** The same migrations as the schema engine takes them. */
export const asMigrationList = (directory: string, migrations: readonly Migration[]): MigrationList => ({
  baseDir: directory,
  lockfile: {
    path: 'migration_lock.toml',
    content: 'provider = "postgresql"\n',
  },
  shadowDbInitScript: '',
  migrationDirectories: migrations.map(({ name, script }) => ({
    path: name,
    migrationFile: {
      path: 'migration.sql',
      content: { tag: 'ok', value: script },
    },
  })),
})
