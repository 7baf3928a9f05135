import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { createCheckpointSigner } from '../../platform/audit/checkpoint.ts'
import { sealBatch } from '../../platform/audit/seal-batch.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import type { DatabaseLogin } from '../../platform/config/logins.ts'
import { createKeyRing } from '../../platform/crypto/key-ring.ts'
import { withDatabase, withUser } from '../../platform/database/database-url.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../platform/database/embedded/embedded-postgres.ts'
import { prepareDatabase } from '../../platform/database/prepare.ts'
import { roleUrl } from '../../platform/database/roles.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { installJobs } from '../../platform/jobs/install.ts'
import { silentLog } from '../../platform/log/log.ts'
import { closeMinutes, writeAuditRow } from '../testkit/audit-rows.ts'
import { runDirectory } from '../testkit/run-directory.ts'
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
  directory = await mkdtemp(join(runDirectory(), 'plain-owner-'))
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

test('R81: under such an owner audit rows and denials are sealed and read, and the owner cannot change them', async () => {
  const as = <T>(login: DatabaseLogin, work: (client: Client) => Promise<T>) =>
    using(roleUrl(ownerUrl, login, { secret: 'first secret' }), work)
  const organization = systemIds.next()
  const inScope = `select set_config('app.org_ids', '{${organization}}', false)`
  const row = await as('compute', async (client) => {
    await client.query(inScope)
    return await writeAuditRow(client, 'compute', organization)
  })
  const fold = systemIds.next()
  const denial = {
    ...{ id: fold, org_id: organization, project_id: null, actor_kind: 'user', actor_id: 'usr_9', count: 1 },
    ...{ coordinate: 'Mutation.x', action: 'x', code: 'CAPABILITY_REQUIRED', correlation_id: 'correlation-9' },
    ...{ first_at: '2026-03-01T12:00:00Z', last_at: '2026-03-01T12:00:09Z' },
  }
  await as('access', (client) => client.query('select audit.record_denials($1)', [JSON.stringify([denial])]))
  await using(withDatabase(postgres.url, 'gpuaas'), closeMinutes)
  const signer = createCheckpointSigner(await createKeyRing('EdDSA'))
  await as('sealer', (client) => sealBatch(client, { clock: systemClock, signer, batch: 10 }))

  await as('iam', async (client) => {
    await client.query(inScope)
    const { rows } = await client.query('select sequence, id, source from audit.entries order by sequence')
    expect(rows).toEqual([
      { sequence: '1', id: row, source: 'compute' },
      { sequence: '2', id: fold, source: 'denials' },
    ])
    const sources = await client.query('select id from audit.sources_of($1, $2)', [organization, [row, fold]])
    expect(sources.rows).toEqual([{ id: row }, { id: fold }])
    const { rows: missing } = await client.query('select audit.never_sealed($1, to_timestamp(0)) as missing', [
      organization,
    ])
    expect(missing).toEqual([{ missing: '0' }])
  })
  for (const table of ['entries', 'checkpoints', 'denials']) {
    const change = using(ownerUrl, (client) => client.query(`delete from audit.${table}`))
    await expect(change).rejects.toMatchObject({ code: '23001' })
  }
})

test('R72: under such an owner a sign-in is told, and nothing else is written where it is', async () => {
  const superuser = withDatabase(postgres.url, 'gpuaas')
  await using(superuser, (client) =>
    client.query(
      `insert into iam.users (id, subject, email, display_name, created_at) values ($1, 'one', 'one', 'One', now())`,
      [systemIds.next()],
    ),
  )
  const signIn = (session: number) => ({
    ...{
      id: systemIds.next(),
      user_id: systemIds.next(),
      subject: 'one',
      session_hash: `\\x${'00'.repeat(31)}0${String(session)}`,
    },
    ...{ signed_in_at: '2026-03-01T12:00:00Z', recorded_at: '2026-03-01T12:00:00Z' },
    ...{ correlation_id: 'correlation-1', causation_id: 'correlation-1' },
  })
  const told = await using(roleUrl(ownerUrl, 'access', { secret: 'first secret' }), (client) =>
    client.query('select iam.record_sign_ins($1) as told', [JSON.stringify([signIn(1), signIn(2)])]),
  )
  expect(told.rows).toEqual([{ told: 1 }])
  const other = `insert into iam.outbox (id, type, version, occurred_at, correlation_id, causation_id, data)
    values (gen_random_uuid(), 'platform.iam.project_created', 1, now(), 'c', 'c', '{}')`
  await expect(using(ownerUrl, (client) => client.query(other))).rejects.toMatchObject({ code: '42501' })
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
