import type { ClientBase } from 'pg'
import { catalogued } from '../../errors/catalogue.ts'
import type { Migration } from './migrations.ts'

/** A row of Prisma's own table. */
interface Applied {
  readonly migration_name: string
  readonly checksum: string
  readonly finished: boolean
}

/** Written in the transaction of the script itself, so that it says for certain whether the script was committed. */
const COMMITTED = 'committed'

/** Prisma's own lock for migrations. */
const PRISMA_LOCK = 72_707_369

/** Appended to each script that the engine runs. */
export const MARK_COMMITTED = `
DO $mark$ BEGIN
  IF to_regclass('_prisma_migrations') IS NOT NULL THEN
    UPDATE _prisma_migrations SET logs = '${COMMITTED}' WHERE finished_at IS NULL AND rolled_back_at IS NULL;
  END IF;
END $mark$;
`

const readHistory = async (client: ClientBase): Promise<readonly Applied[]> => {
  const { rows: tables } = await client.query<{ name: string | null }>(
    `select to_regclass('_prisma_migrations')::text as name`,
  )
  if (tables.every(({ name }) => name === null)) return []
  const { rows } = await client.query<Applied>(
    'select migration_name, checksum, finished_at is not null as finished from _prisma_migrations where rolled_back_at is null',
  )
  return rows
}

const refuse = (message: string): never => {
  throw catalogued('MIGRATION_FAILED', {}, { message })
}

/**
 * True when every migration is applied and nothing else is. Throws `MIGRATION_FAILED` when the database was made by a
 * version with other migrations: going on could destroy what that version keeps.
 */
export const isUpToDate = async (client: ClientBase, migrations: readonly Migration[]): Promise<boolean> => {
  const applied = await readHistory(client)
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { migration_name: name, checksum, finished } of applied) {
    const migration = known.get(name)
    if (migration === undefined) refuse(`The database has the migration ${name}, which this version does not know.`)
    else if (finished && migration.checksum !== checksum) {
      refuse(`The migration ${name} was changed after it was applied to the database.`)
    }
  }
  return applied.length === migrations.length && applied.every(({ finished }) => finished)
}

/** Ends what a killed process began: a script is one transaction, so it was committed whole or is to be run again. */
export const settleInterrupted = async (client: ClientBase): Promise<void> => {
  if ((await readHistory(client)).every(({ finished }) => finished)) return
  await client.query('begin')
  await client.query('select pg_advisory_xact_lock($1)', [PRISMA_LOCK])
  await client.query(
    `update _prisma_migrations set
       finished_at = case when logs = $1 then now() end,
       applied_steps_count = case when logs = $1 then 1 else 0 end,
       rolled_back_at = case when logs = $1 then null else now() end
     where finished_at is null and rolled_back_at is null`,
    [COMMITTED],
  )
  await client.query('commit')
}
