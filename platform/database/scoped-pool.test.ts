import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { systemGrant } from '../access/authorize.ts'
import type { ProjectScope, Scope } from '../access/scope.ts'
import { systemIds } from '../ids/generator.ts'
import { ok } from '../result/result.ts'
import { traced } from '../tracing/span.ts'
import { startTracing } from '../tracing/tracing.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { eventually } from '../../test/testkit/eventually.ts'
import { insertTenants, type Tenants } from '../../test/testkit/tenants.ts'
import type { Database, Transaction } from './database.ts'
import { runFor, workUnder } from './current-work.ts'
import { openPool } from './pool.ts'
import { settingsOf } from './scope-settings.ts'
import { createUnits } from './units.ts'

let testDatabase: TestDatabase
let tenants: Tenants

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  const owner = await testDatabase.connect('owner')
  tenants = await insertTenants(owner)
  for (const scope of scopes()) {
    await owner.query('insert into storage.buckets values ($1, $2, $3, $4, now())', [
      ...[scope.organizationId, scope.projectId, systemIds.next(), scope.projectId],
    ])
  }
})
afterAll(() => testDatabase.drop())

const scopes = (): readonly ProjectScope[] => [tenants.a1, tenants.a2, tenants.b1, tenants.b2]

/** No query of these names a tenant: what comes back is what the connection's scope lets through. */
const unscopedQueries = (db: Transaction) => ({
  /** Each bucket is named for its project. */
  visible: async () => (await db.bucket.findMany()).map(({ name }) => name),
  divideByZero: () => db.$queryRaw`select 1 / 0`,
  runOutOfTime: () => db.$queryRaw`select pg_sleep(10)`,
  loseTheConnection: () => db.$queryRaw`select pg_terminate_backend(pg_backend_pid())`,
})

const unitsOf = (database: Database) => createUnits(database, (db, _: Scope) => unscopedQueries(db))

type Step = 'read' | 'write' | 'failed query' | 'failed transaction' | 'timeout' | 'lost connection'

const perform = async (database: Database, scope: ProjectScope, step: Step): Promise<readonly string[] | undefined> => {
  const units = unitsOf(database)
  const failing = (work: (queries: ReturnType<typeof unscopedQueries>) => Promise<unknown>) =>
    units.read(scope, work).then(
      () => undefined,
      () => undefined,
    )
  switch (step) {
    case 'read':
      return units.read(scope, (queries) => queries.visible())
    case 'write': {
      const result = await createUnits(database, (db, _: ProjectScope) => unscopedQueries(db)).write(
        systemGrant(scope, 'test'),
        async ({ visible }) => ok(await visible()),
      )
      return result.ok ? result.value : []
    }
    case 'failed query':
      return failing((queries) => queries.divideByZero())
    case 'failed transaction':
      return createUnits(database, (db, _: ProjectScope) => unscopedQueries(db))
        .write(systemGrant(scope, 'test'), async ({ divideByZero }) => ok(await divideByZero()))
        .then(
          () => undefined,
          () => undefined,
        )
    case 'timeout':
      return failing((queries) => queries.runOutOfTime())
    case 'lost connection':
      return failing((queries) => queries.loseTheConnection())
  }
}

describe.each([1, 2])('R1: on a pool of %i, tenants that share connections', (poolSize) => {
  test('see their own rows alone, whatever went wrong on the connection before', async () => {
    const database = testDatabase.open('storage', { poolSize, statementTimeoutMs: 150 })
    const anyStep = fc.record({
      tenant: fc.nat(3),
      step: fc.constantFrom<Step>(
        'read',
        'read',
        'write',
        'failed query',
        'failed transaction',
        'timeout',
        'lost connection',
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 8, maxLength: 16 }), async (steps) => {
        // All in one tick: every step waits for a connection that another tenant's step holds.
        await Promise.all(
          steps.map(async ({ tenant, step }) => {
            const scope = scopes()[tenant] ?? tenants.a1
            const seen = await perform(database, scope, step)
            if (seen !== undefined) expect(seen).toEqual([scope.projectId])
          }),
        )
      }),
      { numRuns: 12 },
    )
  }, 60_000)
})

test('R1: reads of one tick are each answered under their own scope', async () => {
  const database = testDatabase.open('storage', { poolSize: 4 })
  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const scope = scopes()[index % 4] ?? tenants.a1
      const [byModel, bySql] = await database.read(scope, (db) =>
        Promise.all([db.bucket.findFirst(), db.$queryRaw<{ name: string }[]>`select name from storage.buckets`]),
      )
      return byModel?.name === scope.projectId && bySql.length === 1 && bySql[0]?.name === scope.projectId
    }),
  )
  expect(answers).toEqual(Array.from({ length: 40 }, () => true))
})

test('R1: outside of a unit there is no scope, also on a connection that had one', async () => {
  const pool = openPool({ url: testDatabase.urlOf('storage'), poolSize: 1, applicationName: 'test' })
  const database = testDatabase.open('storage', { poolSize: 1 })
  await database.read(tenants.a1, (db) => db.bucket.findMany())
  try {
    await expect(pool.query('select * from storage.buckets')).resolves.toMatchObject({ rows: [] })
    await expect(database.read({ kind: 'platform' }, (db) => db.bucket.findMany())).resolves.toEqual([])
  } finally {
    await pool.end()
  }
})

test('R1: a connection given back inside a transaction is not given to anybody else', async () => {
  const pool = openPool({ url: testDatabase.urlOf('storage'), poolSize: 1, applicationName: 'test' })
  try {
    const first = await pool.connect()
    await first.query('begin')
    const backend = 'select pg_backend_pid() as pid'
    const before = await first.query<{ pid: number }>(backend)
    first.release()
    const after = await pool.query<{ pid: number }>(backend)
    expect(after.rows[0]?.pid).not.toBe(before.rows[0]?.pid)
  } finally {
    await pool.end()
  }
})

test('R1: a connection whose scope cannot be set is thrown away, and what it was asked is asked of another', async () => {
  const pool = openPool({ url: testDatabase.urlOf('storage'), poolSize: 1, applicationName: 'test' })
  const readAs = (scope: Scope) =>
    runFor(workUnder(settingsOf(scope)), () => pool.query<{ name: string }>('select name from storage.buckets'))
  try {
    await readAs(tenants.a1)
    const before = await backendOf(pool)
    // The statement that sets a scope is gone on the server, and the driver does not know.
    await runFor(workUnder(settingsOf(tenants.a1)), () => pool.query('deallocate scope'))
    await expect(readAs(tenants.b1)).resolves.toMatchObject({ rows: [{ name: tenants.b1.projectId }] })
    expect(await backendOf(pool)).not.toBe(before)
  } finally {
    await pool.end()
  }
})

test('a connection that is lost while somebody holds it, between two statements, is thrown away and ends nothing', async () => {
  const pool = openPool({ url: testDatabase.urlOf('storage'), poolSize: 1, applicationName: 'test' })
  try {
    const held = await pool.connect()
    const lost = new Promise<void>((resolve) => held.once('end', resolve))
    // What the server says then reaches no statement: it is an event of the connection.
    const owner = await testDatabase.connect('owner')
    const { rows } = await held.query<{ pid: number }>('select pg_backend_pid() as pid')
    await owner.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await lost
    held.release()
    expect((await pool.query<{ n: number }>('select 1 as n')).rows).toEqual([{ n: 1 }])
  } finally {
    await pool.end()
  }
})

const BACKEND = 'select pg_backend_pid() as pid'

const backendOf = async (pool: ReturnType<typeof openPool>) => (await pool.query<{ pid: number }>(BACKEND)).rows[0]?.pid

test('statements of one tick share a connection, whatever their scopes', async () => {
  const pool = openPool({ url: testDatabase.urlOf('storage'), poolSize: 4, applicationName: 'test' })
  try {
    const backends = await Promise.all(
      scopes().map((scope) => runFor(workUnder(settingsOf(scope)), () => backendOf(pool))),
    )
    expect(new Set(backends).size).toBe(1)
  } finally {
    await pool.end()
  }
})

test('nothing is put behind a statement that has been at work for a while', async () => {
  const pool = openPool({ url: testDatabase.urlOf('storage'), poolSize: 2, applicationName: 'test' })
  const owner = await testDatabase.connect('owner')
  try {
    await owner.query('select pg_advisory_lock(1)')
    const blocked = pool.query('select pg_advisory_lock(1)')
    await eventually(async () => {
      const { rows } = await owner.query(
        `select from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`,
      )
      expect(rows).toHaveLength(1)
    })
    await delay(10) // longer than a statement may be at work before others avoid its connection
    await expect(backendOf(pool)).resolves.toEqual(expect.any(Number))
    await owner.query('select pg_advisory_unlock(1)')
    await blocked
  } finally {
    await pool.end()
  }
})

test('of statements that share a connection which is lost, the one at work fails and the reads behind it are asked again', async () => {
  const pool = openPool({ url: testDatabase.urlOf('storage'), poolSize: 1, applicationName: 'test' })
  try {
    const first = await backendOf(pool)
    const [before, lost, behind, write] = await Promise.allSettled([
      backendOf(pool),
      pool.query('select pg_terminate_backend(pg_backend_pid())'),
      backendOf(pool),
      pool.query('set application_name = $1', []),
    ])
    expect(before).toEqual({ status: 'fulfilled', value: first })
    expect(lost.status).toBe('rejected')
    expect(behind).toEqual({ status: 'fulfilled', value: expect.any(Number) })
    expect(behind).not.toEqual({ status: 'fulfilled', value: first })
    expect(write.status).toBe('rejected')
  } finally {
    await pool.end()
  }
})

test('R87: each statement is a span of the work that made it, in a transaction or by itself', async () => {
  const exporter = new InMemorySpanExporter()
  const tracing = await startTracing({ serviceName: 'test', exporter })
  try {
    const database = testDatabase.open('storage')
    await traced('reading', {}, () => database.read(tenants.a1, (db) => db.bucket.findMany()))
    await traced('writing', {}, () =>
      database.write(tenants.a1, (db) => db.$executeRaw`update storage.buckets set name = name`),
    )
    const spans = exporter.getFinishedSpans()
    const below = (name: string) => {
      const above = spans.find((span) => span.name === name)?.spanContext()
      return spans.filter((span) => span.parentSpanContext?.spanId === above?.spanId).map((span) => span.name)
    }
    expect(below('reading')).toEqual(['sql SELECT'])
    expect(below('writing')).toEqual(['sql BEGIN', 'sql UPDATE', 'sql COMMIT'])
    expect(spans.find(({ name }) => name === 'sql SELECT')?.attributes).toMatchObject({
      'gpuaas.database.role': 'storage',
    })
  } finally {
    await tracing.stop()
  }
})
