import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { eventually } from '../../test/testkit/eventually.ts'
import { insertTenants, type Tenants } from '../../test/testkit/tenants.ts'
import { systemGrant } from '../access/authorize.ts'
import type { ProjectScope } from '../access/scope.ts'
import { Cancellation, runCancellable, runUntil } from '../cancellation/cancellation.ts'
import { catalogued } from '../errors/catalogue.ts'
import { systemIds } from '../ids/generator.ts'
import { ok } from '../result/result.ts'
import type { Database } from './database.ts'
import { createUnits } from './units.ts'

let testDatabase: TestDatabase
let owner: Client
let tenants: Tenants

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
  tenants = await insertTenants(owner)
  for (const { organizationId, projectId } of [tenants.a1, tenants.b1]) {
    const values = [organizationId, projectId, systemIds.next(), projectId]
    await owner.query('insert into storage.buckets values ($1, $2, $3, $4, now())', values)
  }
})
afterAll(() => testDatabase.drop())

const LEFT = catalogued('REQUEST_CANCELLED')

/** A statement of its test alone, which lasts until somebody ends it. */
const units = (database: Database) =>
  createUnits(database, (db, _: ProjectScope) => ({
    last: (name: string) => db.$queryRaw`select pg_sleep(60)::text as slept, ${name}::text as name`,
    lastInATransaction: (name: string) => db.$executeRaw`select pg_sleep(60), ${name}::text as name`,
    /** Not prepared on any connection until it has seen the table: a lock on that keeps it from it. */
    unprepared: async () =>
      (await db.$queryRaw<{ name: string }[]>`select name from storage.buckets where name <> ''`).map(
        ({ name }) => name,
      ),
    names: async () =>
      (await db.$queryRaw<{ name: string }[]>`select name from storage.buckets`).map(({ name }) => name),
    insert: async ({ organizationId, projectId }: ProjectScope, name: string) =>
      db.bucket.createMany({
        data: [{ orgId: organizationId, projectId, id: systemIds.next(), name, createdAt: new Date() }],
      }),
  }))

/** One connection, whose statements nothing ends but those who asked. */
const patient = (): Database => testDatabase.open('storage', { poolSize: 1, statementTimeoutMs: 300_000 })

/** How many of the subgraph's connections are at work on something slow. */
const sleeping = async (): Promise<number> => {
  const { rowCount } = await owner.query(
    `select from pg_stat_activity where datname = current_database() and usename = 'gpuaas_storage' and wait_event = 'PgSleep'`,
  )
  return rowCount ?? 0
}

const sleepers = (count: number) => eventually(async () => expect(await sleeping()).toBe(count))

/** The table is nobody's else until `release`. */
const lockBuckets = async () => {
  await owner.query('begin')
  await owner.query('lock table storage.buckets in access exclusive mode')
  return { release: () => owner.query('rollback') }
}

/** One of the subgraph's connections waits for the lock. */
const untilLocked = async () => {
  const watcher = await testDatabase.connect('owner')
  await eventually(async () => {
    const { rowCount } = await watcher.query(
      `select from pg_stat_activity where datname = current_database() and usename = 'gpuaas_storage' and wait_event_type = 'Lock'`,
    )
    expect(rowCount).toBe(1)
  })
}

const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

describe('R1: work that nobody waits for any more', () => {
  test('ends at the server, and its neighbours on the connection are answered, each with their own rows', async () => {
    const database = patient()
    const { read } = units(database)
    const leaving = new Cancellation()
    const left = outcome(runCancellable(leaving, () => read(tenants.a1, ({ last }) => last('left'))))
    const neighbours = Array.from({ length: 12 }, (_, index) => {
      const scope = index % 2 === 0 ? tenants.a1 : tenants.b1
      return read(scope, async ({ names }) => expect(await names()).toEqual([scope.projectId]))
    })
    await sleepers(1)
    leaving.cancel(LEFT)
    expect(await left).toBe(LEFT)
    await sleepers(0)
    await Promise.all(neighbours)
    // The connection that a late request could still meet is gone; the next one serves whoever comes.
    expect(await read(tenants.b1, ({ names }) => names())).toEqual([tenants.b1.projectId])
  })

  test('two that leave one connection are both ended', async () => {
    const { read } = units(patient())
    const leaving = new Cancellation()
    const left = ['one', 'other'].map((name) =>
      outcome(runCancellable(leaving, () => read(tenants.a1, ({ last }) => last(name)))),
    )
    const stays = read(tenants.b1, ({ names }) => names())
    await sleepers(1)
    leaving.cancel(LEFT)
    expect(await Promise.all(left)).toEqual([LEFT, LEFT])
    expect(await stays).toEqual([tenants.b1.projectId])
    await sleepers(0)
  })

  test('is answered to others who sent the same behind it, though it ended before it was prepared', async () => {
    const { read } = units(patient())
    const lock = await lockBuckets()
    try {
      const leaving = new Cancellation()
      const left = outcome(runCancellable(leaving, () => read(tenants.a1, ({ unprepared }) => unprepared())))
      const behind = Promise.all(
        [tenants.b1, tenants.a1].map((scope) => outcome(read(scope, ({ unprepared }) => unprepared()))),
      )
      await untilLocked()
      leaving.cancel(LEFT)
      expect(await left).toBe(LEFT)
      await lock.release()
      expect(await behind).toEqual([[tenants.b1.projectId], [tenants.a1.projectId]])
    } finally {
      await lock.release()
    }
  })

  test('that the server ends before it is prepared, again and again, is an unavailable database to all who sent it', async () => {
    const { read } = units(testDatabase.open('storage', { poolSize: 1, statementTimeoutMs: 200 }))
    const lock = await lockBuckets()
    try {
      const same = Array.from({ length: 4 }, () => outcome(read(tenants.a1, ({ unprepared }) => unprepared())))
      const unavailable = expect.objectContaining({ code: 'DATABASE_UNAVAILABLE' })
      expect(await Promise.all(same)).toEqual(same.map(() => unavailable))
    } finally {
      await lock.release()
    }
  })

  test('is not sent when it still waited for a connection, nor begun afterwards', async () => {
    const { read, write } = units(patient())
    const [holding, leaving] = [new Cancellation(), new Cancellation()]
    const held = outcome(
      runCancellable(holding, () =>
        write(systemGrant(tenants.a1, 'test'), async ({ lastInATransaction }) => ok(await lastInATransaction('held'))),
      ),
    )
    await sleepers(1)
    const reads = outcome(runCancellable(leaving, () => read(tenants.a1, ({ last }) => last('never'))))
    leaving.cancel(LEFT)
    expect(await reads).toBe(LEFT)
    expect(await outcome(runCancellable(leaving, () => read(tenants.a1, ({ last }) => last('never'))))).toBe(LEFT)
    holding.cancel(LEFT)
    expect(await held).toBe(LEFT)
    await sleepers(0)
  })

  test('leaves nothing half done: a transaction is rolled back, and its connection given up', async () => {
    const { read, write } = units(patient())
    const leaving = new Cancellation()
    const left = outcome(
      runCancellable(leaving, () =>
        write(systemGrant(tenants.a1, 'test'), async ({ insert, lastInATransaction, audit }) => {
          await insert(tenants.a1, 'half')
          audit.succeeded('test.half', 'half')
          return ok(await lastInATransaction('left'))
        }),
      ),
    )
    await sleepers(1)
    leaving.cancel(LEFT)
    expect(await left).toBe(LEFT)
    await sleepers(0)
    const { rows } = await owner.query(
      `select name from storage.buckets where name = 'half' union all select action from storage.audit_log where action = 'test.half'`,
    )
    expect(rows).toEqual([])
    expect(await read(tenants.b1, ({ names }) => names())).toEqual([tenants.b1.projectId])
  })

  test('sends no further statement of a transaction: what came before is undone', async () => {
    const { write } = units(patient())
    const leaving = new Cancellation()
    const left = outcome(
      runCancellable(leaving, () =>
        write(systemGrant(tenants.a1, 'test'), async ({ insert }) => {
          await insert(tenants.a1, 'first')
          leaving.cancel(LEFT)
          return ok(await insert(tenants.a1, 'second'))
        }),
      ),
    )
    expect(await left).toBe(LEFT)
    expect((await owner.query(`select from storage.buckets where name in ('first', 'second')`)).rowCount).toBe(0)
  })

  test('undoes nothing that was committed', async () => {
    const { write } = units(patient())
    const leaving = new Cancellation()
    const written = await runCancellable(leaving, () =>
      write(systemGrant(tenants.a2, 'test'), async ({ insert }) => ok(await insert(tenants.a2, 'kept'))),
    )
    leaving.cancel(LEFT)
    expect(written.ok).toBe(true)
    expect((await owner.query(`select from storage.buckets where name = 'kept'`)).rowCount).toBe(1)
  })

  test('ends by the signal of its request, and the signal keeps nothing of work that was done', async () => {
    const { read } = units(patient())
    const controller = new AbortController()
    expect(await runUntil(controller.signal, () => read(tenants.b1, ({ names }) => names()))).toEqual([
      tenants.b1.projectId,
    ])
    const left = outcome(runUntil(controller.signal, () => read(tenants.a1, ({ last }) => last('left'))))
    await sleepers(1)
    controller.abort(LEFT)
    expect(await left).toBe(LEFT)
    await sleepers(0)
  })
})
