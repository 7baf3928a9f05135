import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { DATAMODEL, MIGRATIONS, ROLE_SECRETS } from '../../test/testkit/test-server.ts'
import { withDatabase } from './database-url.ts'
import { applyMigrations, drift, nextMigration } from './migrate.ts'
import { prepareDatabase } from './prepare.ts'

let testDatabase: TestDatabase
let directory: string
let url: string
let client: Client

/** A second, empty database on the same server. */
beforeEach(async () => {
  testDatabase = await createTestDatabase()
  const name = `${new URL(testDatabase.ownerUrl).pathname.slice(1)}_migrated`
  const owner = await testDatabase.connect('owner')
  await owner.query(`create database ${name}`)
  url = withDatabase(testDatabase.ownerUrl, name)
  client = new Client({ connectionString: url })
  await client.connect()
  directory = await mkdtemp(join(tmpdir(), 'gpuaas-migrations-'))
})

afterEach(async () => {
  await client.end()
  const owner = await testDatabase.connect('owner')
  await owner.query(`drop database ${new URL(url).pathname.slice(1)} with (force)`)
  await testDatabase.drop()
  await rm(directory, { recursive: true, force: true })
})

const write = async (name: string, script: string): Promise<void> => {
  await mkdir(join(directory, name), { recursive: true })
  await writeFile(join(directory, name, 'migration.sql'), script)
}

const apply = () => applyMigrations({ url, migrationsDirectory: directory })

const history = async () => {
  const { rows } = await client.query<{ migration_name: string; state: string }>(
    `select migration_name, case when rolled_back_at is not null then 'rolled back' when finished_at is not null then 'finished' else 'begun' end as state
     from _prisma_migrations order by started_at`,
  )
  return rows.map(({ migration_name: name, state }) => `${name} ${state}`)
}

const FIRST = 'create table one (id int)'
/** Semicolons inside a body, which a naive splitter would cut. */
const SECOND = `create function two() returns int language plpgsql as $$ begin perform 1; return 2; end $$; -- the end`

test('applies what is not yet applied, in order, once', async () => {
  await write('1_first', FIRST)
  await expect(apply()).resolves.toEqual(['1_first'])
  await write('2_second', SECOND)
  await expect(apply()).resolves.toEqual(['2_second'])
  await expect(apply()).resolves.toEqual([])
  await expect(history()).resolves.toEqual(['1_first finished', '2_second finished'])
  await expect(client.query('select two()')).resolves.toMatchObject({ rows: [{ two: 2 }] })
})

test('any number of processes may begin at once', async () => {
  await write('1_first', FIRST)
  await write('2_second', SECOND)
  const applied = await Promise.all([apply(), apply(), apply()])
  expect(applied.flat()).toEqual(['1_first', '2_second'])
})

test('a migration that fails leaves nothing of itself, says why, and is applied once corrected', async () => {
  await write('1_first', `${FIRST}; insert into one values ('no number')`)
  await expect(apply()).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringMatching(/1_first.*invalid input syntax for type integer/s),
  })
  await expect(client.query('select * from one')).rejects.toThrow('does not exist')
  await write('1_first', FIRST)
  await expect(apply()).resolves.toEqual(['1_first'])
  await expect(history()).resolves.toEqual(['1_first rolled back', '1_first finished'])
})

/** What a process killed in the middle leaves: the row of a migration that was begun. */
const beginAndDie = async (script: string, logs: string | null) => {
  await write('1_first', script)
  await apply()
  await client.query('update _prisma_migrations set finished_at = null, applied_steps_count = 0, logs = $1', [logs])
}

test('one that was interrupted before its commit is run again', async () => {
  await beginAndDie(FIRST, null)
  await client.query('drop table one')
  await expect(apply()).resolves.toEqual(['1_first'])
  await expect(client.query('select * from one')).resolves.toMatchObject({ rows: [] })
})

test('one that was interrupted after its commit is not run again', async () => {
  await beginAndDie(FIRST, 'committed')
  await expect(apply()).resolves.toEqual([])
  await expect(history()).resolves.toEqual(['1_first finished'])
})

test('the script itself marks its commit, in its own transaction', async () => {
  await write('1_first', FIRST)
  await apply()
  await expect(client.query('select logs from _prisma_migrations')).resolves.toMatchObject({
    rows: [{ logs: 'committed' }],
  })
})

test('a migration that was changed after it was applied is refused', async () => {
  await write('1_first', FIRST)
  await apply()
  await write('1_first', `${FIRST}; drop table one`)
  await expect(apply()).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining('1_first was changed'),
  })
})

test('a database of a newer version is refused', async () => {
  await write('1_first', FIRST)
  await write('2_second', SECOND)
  await apply()
  await rm(join(directory, '2_second'), { recursive: true })
  await expect(apply()).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining('2_second'),
  })
})

test('the migrations make what the datamodel says, from nothing, on a server that has neither database nor roles', async () => {
  const ownerUrl = withDatabase(url, `${new URL(url).pathname.slice(1)}_fresh`)
  const prepare = () =>
    prepareDatabase({ ownerUrl, roles: ROLE_SECRETS, migrationsDirectory: MIGRATIONS, progress: () => undefined })
  try {
    const [first, second] = await Promise.all([prepare(), prepare()])
    expect([...first, ...second].length).toBeGreaterThan(0)
    await expect(prepare()).resolves.toEqual([])
    await expect(drift(ownerUrl, DATAMODEL)).resolves.toBe('')
    await expect(
      nextMigration(ownerUrl, { migrationsDirectory: MIGRATIONS, schemaDirectory: DATAMODEL }),
    ).resolves.toBe('')
  } finally {
    await client.query(`drop database if exists ${new URL(ownerUrl).pathname.slice(1)} with (force)`)
  }
})

test('a difference between database and datamodel is told as SQL', async () => {
  const owner = await testDatabase.connect('owner')
  await owner.query(
    'alter table storage.buckets drop column name; alter table storage.grants drop constraint "grants_pkey"',
  )
  const difference = await drift(testDatabase.ownerUrl, DATAMODEL)
  expect(difference).toContain('ALTER TABLE "storage"."buckets" ADD COLUMN     "name" TEXT NOT NULL')
  expect(difference).toContain('ADD CONSTRAINT "grants_pkey" PRIMARY KEY')
})

test('what the datamodel has beyond the migrations is the next migration', async () => {
  const schemaDirectory = await mkdtemp(join(tmpdir(), 'gpuaas-datamodel-'))
  await writeFile(
    join(schemaDirectory, 'one.prisma'),
    'datasource db {\n  provider = "postgresql"\n}\nmodel one {\n  id Int @id\n  more String\n}\n',
  )
  await write('1_first', 'create table one (id int primary key)')
  try {
    await expect(nextMigration(url, { migrationsDirectory: directory, schemaDirectory })).resolves.toContain(
      'ALTER TABLE "one" ADD COLUMN     "more" TEXT NOT NULL',
    )
  } finally {
    await rm(schemaDirectory, { recursive: true })
  }
})
