import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { systemGrant } from '../access/authorize.ts'
import type { ProjectScope } from '../access/scope.ts'
import { systemIds } from '../ids/generator.ts'
import { runWithCorrelation } from '../log/correlation.ts'
import { err, ok } from '../result/result.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { insertTenants, type Tenants } from '../../test/testkit/tenants.ts'
import type { Database, Transaction } from './database.ts'
import { createUnits } from './units.ts'

const NOW = new Date('2026-03-01T12:00:00Z')

const bucketsOf = (db: Transaction, scope: ProjectScope) => ({
  insert: async (name: string) => {
    await db.bucket.createMany({ data: [{ ...scope.columns, id: systemIds.next(), name, createdAt: NOW }] })
    return name
  },
  names: async () => (await db.bucket.findMany({ orderBy: { name: 'asc' } })).map(({ name }) => name),
  /** Locks a bucket's row, as an update would. */
  lock: async (name: string) => {
    await db.$queryRaw`select 1 from storage.buckets where name = ${name} for update`
  },
})

let testDatabase: TestDatabase
let owner: Client
let tenants: Tenants
let database: Database
const units = () => createUnits(database, (db, scope: ProjectScope) => ({ buckets: bucketsOf(db, scope) }))

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
  tenants = await insertTenants(owner)
  database = testDatabase.open('storage', { clock: { now: () => NOW } })
})
afterAll(() => testDatabase.drop())

const leftBehind = async () => {
  const count = async (table: string) => {
    const { rows } = await owner.query<{ count: number }>(`select count(*)::int as count from ${table}`)
    return rows[0]?.count
  }
  return {
    buckets: await count('storage.buckets'),
    audit: await count('storage.audit_log'),
    outbox: await count('storage.outbox'),
    jobs: await count('graphile_worker.jobs'),
  }
}

const event = (scope: ProjectScope) => ({
  type: 'storage.bucket_created',
  version: 1,
  owner: { organizationId: scope.organizationId, projectId: scope.projectId },
  data: { name: 'one' },
})

const createBucket = (name: string, outcome: 'accept' | 'refuse' | 'fault') => {
  const { a1 } = tenants
  return units().write(systemGrant(a1, 'test'), async ({ buckets, audit, outbox, jobs }) => {
    await buckets.insert(name)
    audit.succeeded('createBucket', 'bkt_1', { size: 3 })
    outbox.add(event(a1))
    jobs.add('storage.measure', { bucket: name }, `measure:${name}`)
    if (outcome === 'fault') throw new Error('a fault of the work')
    return outcome === 'accept' ? ok(name) : err('NAME_TAKEN')
  })
}

describe('a unit that writes', () => {
  beforeEach(async () => {
    // The owner too may not change audit rows; this is the one who may switch that off.
    await owner.query(`set session_replication_role = replica`)
    await owner.query(`delete from storage.audit_log; delete from storage.buckets; delete from storage.outbox`)
    await owner.query(`set session_replication_role = default; delete from graphile_worker._private_jobs`)
  })

  test('R73: commits its rows with audit, events and jobs, all of one correlation', async () => {
    const correlation = { correlationId: 'correlation-1', causationId: 'cause-1' }
    await expect(runWithCorrelation(correlation, () => createBucket('one', 'accept'))).resolves.toEqual(ok('one'))

    const { a1 } = tenants
    const { rows: audit } = await owner.query('select * from storage.audit_log')
    expect(audit).toEqual([
      {
        id: expect.any(String),
        occurred_at: NOW,
        action: 'createBucket',
        target: 'bkt_1',
        result: 'SUCCEEDED',
        actor_kind: 'system',
        actor_id: 'test',
        org_id: a1.organizationId,
        project_id: a1.projectId,
        correlation_id: 'correlation-1',
        details: { size: 3 },
      },
    ])
    const { rows: outbox } = await owner.query('select * from storage.outbox')
    expect(outbox).toEqual([
      {
        id: expect.any(String),
        type: 'storage.bucket_created',
        version: 1,
        occurred_at: NOW,
        correlation_id: 'correlation-1',
        causation_id: 'cause-1',
        traceparent: null,
        org_id: a1.organizationId,
        project_id: a1.projectId,
        user_id: null,
        data: { name: 'one' },
      },
    ])
    const { rows: jobs } = await owner.query('select task_identifier, key from graphile_worker.jobs')
    expect(jobs).toEqual([{ task_identifier: 'storage.measure', key: 'measure:one' }])
  })

  test.each(['refuse', 'fault'] as const)('R73: leaves nothing at all after a %s', async (outcome) => {
    const attempt = createBucket('one', outcome)
    if (outcome === 'refuse') await expect(attempt).resolves.toEqual(err('NAME_TAKEN'))
    else await expect(attempt).rejects.toThrow('a fault of the work')
    await expect(leftBehind()).resolves.toEqual({ buckets: 0, audit: 0, outbox: 0, jobs: 0 })
  })

  test('wakes the relay when it commits events, and only then', async () => {
    const listener = await testDatabase.connect('relay')
    const notices: string[] = []
    listener.on('notification', ({ channel }) => notices.push(channel))
    await listener.query('listen outbox')
    await createBucket('refused', 'refuse')
    await units().write(systemGrant(tenants.a1, 'test'), async ({ buckets }) => ok(await buckets.insert('silent')))
    await listener.query('select 1')
    expect(notices).toEqual([])
    await createBucket('told', 'accept')
    await listener.query('select 1')
    expect(notices).toEqual(['outbox'])
  })

  test('fails where the work swallowed an error of the database, instead of rolling back in silence', async () => {
    const attempt = units().write(systemGrant(tenants.a1, 'test'), async ({ buckets }) => {
      await buckets.insert('twice')
      await buckets.insert('twice').catch(() => undefined)
      return ok('thought to be stored')
    })
    await expect(attempt).rejects.toThrow('current transaction is aborted')
  })

  test('R75: handles an event once, however many deliveries race', async () => {
    const eventId = systemIds.next()
    const handle = () =>
      units().write(systemGrant(tenants.a1, 'test'), async ({ once, buckets }) => {
        if (!(await once('storage.measure', eventId))) return ok('already handled')
        await buckets.insert('effect')
        return ok('handled')
      })
    const results = await Promise.all(Array.from({ length: 8 }, handle))
    expect(results.filter((result) => result.ok && result.value === 'handled')).toHaveLength(1)
    await expect(leftBehind()).resolves.toMatchObject({ buckets: 1 })
  })

  test('R75: an event whose handling was rolled back is handled by the next delivery', async () => {
    const eventId = systemIds.next()
    const handle = (outcome: 'fault' | 'success') =>
      units().write(systemGrant(tenants.a1, 'test'), async ({ once }) => {
        const first = await once('storage.measure', eventId)
        if (outcome === 'fault') throw new Error('killed')
        return ok(first)
      })
    await expect(handle('fault')).rejects.toThrow('killed')
    await expect(handle('success')).resolves.toEqual(ok(true))
    await expect(handle('success')).resolves.toEqual(ok(false))
  })

  test('is done again, whole, when it loses a deadlock', async () => {
    for (const name of ['x', 'y']) {
      await units().write(systemGrant(tenants.a1, 'test'), async ({ buckets }) => ok(await buckets.insert(name)))
    }
    const bothHoldOne = Promise.withResolvers<undefined>()
    let holders = 0
    let runs = 0
    const lockBoth = (first: string, second: string) =>
      units().write(systemGrant(tenants.a1, 'test'), async ({ buckets, audit }) => {
        runs += 1
        audit.succeeded('lockBoth', first)
        await buckets.lock(first)
        holders += 1
        if (holders === 2) bothHoldOne.resolve(undefined)
        await bothHoldOne.promise
        await buckets.lock(second)
        return ok(first)
      })
    const results = await Promise.all([lockBoth('x', 'y'), lockBoth('y', 'x')])
    expect(results).toEqual([ok('x'), ok('y')])
    expect(runs).toBeGreaterThan(2)
    await expect(leftBehind()).resolves.toMatchObject({ audit: 2 })
  })

  test('refuses to open another inside itself', async () => {
    const nested = units().write(systemGrant(tenants.a1, 'test'), () =>
      units().write(systemGrant(tenants.a1, 'test'), async () => ok('inner')),
    )
    await expect(nested).rejects.toThrow('inside another')
  })
})

test('R1: without any condition in its queries, a unit reads the rows of its scope alone', async () => {
  const { a1, b1 } = tenants
  await units().write(systemGrant(a1, 'test'), async ({ buckets }) => ok(await buckets.insert('of a1')))
  await units().write(systemGrant(b1, 'test'), async ({ buckets }) => ok(await buckets.insert('of b1')))
  await expect(units().read(b1, ({ buckets }) => buckets.names())).resolves.toEqual(['of b1'])
})

test('R1: a row of another project cannot be written, whatever its columns say', async () => {
  const forged = createUnits(database, (db, _: ProjectScope) => ({ buckets: bucketsOf(db, tenants.b1) }))
  const attempt = forged.write(systemGrant(tenants.a1, 'test'), async ({ buckets }) =>
    ok(await buckets.insert('forged')),
  )
  await expect(attempt).rejects.toThrow('row-level security')
})
