import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { withDatabase, withUser } from '../../platform/database/database-url.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../platform/database/embedded/embedded-postgres.ts'
import { prepareDatabase } from '../../platform/database/prepare.ts'
import { roleUrl } from '../../platform/database/roles.ts'
import { installJobs } from '../../platform/jobs/install.ts'
import { silentLog } from '../../platform/log/log.ts'
import { MIGRATIONS } from '../testkit/test-server.ts'
import { catalogueFindings } from './catalogue.ts'

/** A server as companies run it: the product's owner is no superuser. On a server of its own, as roles belong to it. */
let directory: string
let postgres: EmbeddedPostgres
let ownerUrl: string

const using = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gpuaas-plain-owner-'))
  postgres = await startEmbeddedPostgres({ directory, log: silentLog, progress: () => undefined })
  ownerUrl = withUser(postgres.url, 'plain_owner', 'plain-password')
  await using(withDatabase(postgres.url, 'postgres'), (client) =>
    client.query(`create role plain_owner login createrole createdb password 'plain-password'`),
  )
})
afterAll(async () => {
  await postgres.stop()
  await rm(directory, { recursive: true, force: true })
})

const prepare = (secret: string) =>
  prepareDatabase({ ownerUrl, roles: { secret }, migrationsDirectory: MIGRATIONS, progress: () => undefined })

const connectsWith = (secret: string) =>
  using(roleUrl(ownerUrl, 'compute', { secret }), (client) => client.query('select id from compute.skus'))

test('an owner without superuser makes roles, tables and jobs, and isolation is the same', async () => {
  await expect(prepare('first secret')).resolves.not.toEqual([])
  await installJobs(ownerUrl)
  await expect(using(ownerUrl, catalogueFindings)).resolves.toEqual([])
  await expect(connectsWith('first secret')).resolves.toMatchObject({ rows: [] })
})

test('R1: such an owner is held by the policies too, unlike a superuser', async () => {
  await expect(using(ownerUrl, (client) => client.query('select * from compute.allocations'))).resolves.toMatchObject({
    rows: [],
  })
  const insert = `insert into iam.organizations (id, slug, name, created_at) values (gen_random_uuid(), 'a', 'A', now())`
  await expect(using(ownerUrl, (client) => client.query(insert))).rejects.toMatchObject({ code: '42501' })
})

test('a new secret gives the roles new passwords, and the old ones end', async () => {
  await expect(prepare('second secret')).resolves.toEqual([])
  await expect(connectsWith('second secret')).resolves.toMatchObject({ rows: [] })
  await expect(connectsWith('first secret')).rejects.toThrow('password authentication failed')
})

test('a role that somebody put above the rules is not left there', async () => {
  const superuser = withDatabase(postgres.url, 'gpuaas')
  await using(superuser, (client) => client.query('alter role gpuaas_compute bypassrls'))
  await expect(prepare('second secret')).rejects.toMatchObject({ code: 'DATABASE_NOT_USABLE' })
  await expect(
    prepareDatabase({
      ownerUrl: superuser,
      roles: { secret: 'second secret' },
      migrationsDirectory: MIGRATIONS,
      progress: () => undefined,
    }),
  ).resolves.toEqual([])
  await expect(using(ownerUrl, catalogueFindings)).resolves.toEqual([])
})

test('an owner that may make no roles uses those that were made for it', async () => {
  await using(withDatabase(postgres.url, 'postgres'), (client) => client.query('alter role plain_owner nocreaterole'))
  await expect(prepare('a secret it does not need')).resolves.toEqual([])
  await expect(connectsWith('second secret')).resolves.toMatchObject({ rows: [] })
})
