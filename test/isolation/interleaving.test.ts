import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { systemGrant } from '../../platform/access/authorize.ts'
import type { ProjectScope } from '../../platform/access/scope.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import { Cancellation, runCancellable } from '../../platform/cancellation/cancellation.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { ok } from '../../platform/result/result.ts'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { insertTenants, type Tenants } from '../testkit/tenants.ts'

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

/** What one asker asked, and what came back: each bucket is named for its project, each question for its asker. */
interface Answer {
  readonly asker: string
  readonly name: string
}

/** No statement names a tenant: what comes back is what the scope that it ran under lets through. */
const statements = (db: Transaction) => ({
  ask: (asker: string) => db.$queryRaw<Answer[]>`select ${asker}::text as asker, name from storage.buckets`,
  byModel: async () => (await db.bucket.findMany({ select: { name: true } })).map(({ name }) => name),
  fail: () => db.$queryRaw`select 1 / 0 from storage.buckets`,
  /** Fails when its values are written into the packet, behind the scope. */
  failInTheDriver: () => db.$queryRaw`select ${'\u0000'}::text`,
  runOutOfTime: () => db.$queryRaw`select pg_sleep(10)`,
  work: () => db.$queryRaw`select pg_sleep(10)::text`,
  cancel: () => db.$queryRaw`select pg_cancel_backend(pg_backend_pid()), pg_sleep(1)`,
  loseTheConnection: () => db.$queryRaw`select pg_terminate_backend(pg_backend_pid())`,
  /** What a careless statement could leave behind, if a connection kept it. */
  planted: (scope: ProjectScope) => db.$queryRaw`select set_config('app.project_ids', ${`{${scope.projectId}}`}, true)`,
})

const STEPS = [
  ...(['ask', 'ask', 'ask', 'by model', 'two at once', 'write', 'write that fails', 'write that throws'] as const),
  ...(['failed', 'failed in the driver', 'timeout', 'cancelled', 'lost connection', 'not awaited', 'planted'] as const),
  ...(['left', 'left at work', 'left while writing'] as const),
]
type Step = (typeof STEPS)[number]

const ignored = (work: Promise<unknown>): Promise<undefined> =>
  work.then(
    () => undefined,
    () => undefined,
  )

/** Performs a step and throws when an answer is not the asker's own. */
const perform = async (database: Database, scope: ProjectScope, other: ProjectScope, step: Step): Promise<void> => {
  const units = createUnits(database, (db, _: ProjectScope) => statements(db))
  const asker = randomUUID()
  const own = [{ asker, name: scope.projectId }]
  const grant = systemGrant(scope, 'test')
  switch (step) {
    case 'ask':
      expect(await units.read(scope, ({ ask }) => ask(asker))).toEqual(own)
      return
    case 'by model':
      expect(await units.read(scope, ({ byModel }) => byModel())).toEqual([scope.projectId])
      return
    case 'two at once': {
      const two = await units.read(scope, ({ ask, byModel }) => Promise.all([ask(asker), byModel()]))
      expect(two).toEqual([own, [scope.projectId]])
      return
    }
    case 'write': {
      const written = await units.write(grant, async ({ ask, byModel }) => ok([await ask(asker), await byModel()]))
      expect(written).toEqual(ok([own, [scope.projectId]]))
      return
    }
    case 'write that fails':
      return ignored(units.write(grant, async ({ fail }) => ok(await fail())))
    case 'write that throws':
      return ignored(units.write(grant, () => Promise.reject(new Error('gone'))))
    case 'failed':
      return ignored(units.read(scope, ({ fail }) => fail()))
    case 'failed in the driver':
      return ignored(units.read(scope, ({ failInTheDriver }) => failInTheDriver()))
    case 'timeout':
      return ignored(units.read(scope, ({ runOutOfTime }) => runOutOfTime()))
    case 'cancelled':
      return ignored(units.read(scope, ({ cancel }) => cancel()))
    case 'lost connection':
      return ignored(units.read(scope, ({ loseTheConnection }) => loseTheConnection()))
    case 'not awaited':
      return ignored(
        // An aborted request: nobody waits for its statement any more, which still runs.
        units.read(scope, ({ ask }) => {
          void ignored(Promise.resolve(ask(asker)))
          return Promise.reject(new Error('aborted'))
        }),
      )
    case 'left':
    case 'left at work':
    case 'left while writing': {
      const client = new Cancellation()
      const left = runCancellable(client, () => {
        if (step === 'left') return units.read(scope, ({ ask }) => ask(asker))
        if (step === 'left at work') return units.read(scope, ({ work }) => work())
        return units.write(grant, async ({ work }) => ok(await work()))
      })
      setTimeout(() => {
        client.cancel(catalogued('REQUEST_CANCELLED'))
      }, Math.random() * 20)
      return ignored(left)
    }
    case 'planted':
      return ignored(units.read(scope, ({ planted }) => planted(other)))
  }
}

describe.each([1, 2, 3])('R1: tenants that race in one tick over a pool of %i', (poolSize) => {
  test('are each answered with their own rows, whatever became of the statements around theirs', async () => {
    const database = testDatabase.open('storage', { poolSize, statementTimeoutMs: 200 })
    let [asked, unavailable] = [0, 0]
    const anyStep = fc.record({ tenant: fc.nat(3), other: fc.nat(3), step: fc.constantFrom(...STEPS) })
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 60 }), async (steps) => {
        await Promise.all(
          steps.map(async ({ tenant, other, step }) => {
            asked += 1
            const [scope = tenants.a1, foreign = tenants.a1] = [scopes()[tenant], scopes()[other]]
            await perform(database, scope, foreign, step).catch((error: unknown) => {
              // Who is told to come again was answered with nobody's rows.
              if (!(error instanceof CataloguedError && error.code === 'DATABASE_UNAVAILABLE')) throw error
              unavailable += 1
            })
          }),
        )
      }),
      { numRuns: 6, endOnFailure: true },
    )
    expect(unavailable).toBeLessThan(asked / 2)
  }, 60_000)
})

test('R1: one tick of 400 statements of four tenants on one connection: each asker gets its own answer', async () => {
  const database = testDatabase.open('storage', { poolSize: 1 })
  const units = createUnits(database, (db, _: ProjectScope) => statements(db))
  const askers = Array.from({ length: 400 }, (_, index) => ({
    asker: randomUUID(),
    scope: scopes()[index % 4] ?? tenants.a1,
  }))
  const answers = await Promise.all(askers.map(({ asker, scope }) => units.read(scope, ({ ask }) => ask(asker))))
  expect(answers.flat()).toEqual(askers.map(({ asker, scope }) => ({ asker, name: scope.projectId })))
})

test('R1: Prisma merges no two reads by key, whoever makes them in one tick', async () => {
  const database = testDatabase.open('storage', { poolSize: 2 })
  const owner = await testDatabase.connect('owner')
  const { rows } = await owner.query<{ id: string }>('select id from storage.buckets where project_id = $1', [
    tenants.a1.projectId,
  ])
  const id = rows[0]?.id ?? ''
  // Everybody asks for the same bucket of A's by its whole key; it is there for A alone.
  const found = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      database.read(scopes()[index % 4] ?? tenants.a1, (db) =>
        db.bucket.findFirst({ where: { ...tenants.a1.columns, id }, select: { name: true } }),
      ),
    ),
  )
  expect(found).toEqual(
    Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? { name: tenants.a1.projectId } : null)),
  )
})

test('R1: after everything, a connection shows no rows to whoever asks without a scope', async () => {
  const database = testDatabase.open('storage', { poolSize: 1 })
  await perform(database, tenants.a1, tenants.b1, 'ask')
  await perform(database, tenants.a1, tenants.b1, 'write')
  await perform(database, tenants.a1, tenants.b1, 'write that throws')
  await perform(database, tenants.a1, tenants.b1, 'planted')
  await expect(database.read({ kind: 'platform' }, (db) => db.bucket.findMany())).resolves.toEqual([])
})
