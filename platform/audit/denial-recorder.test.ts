import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { manualClock } from '../../test/testkit/manual-clock.ts'
import { insertTenants, type Tenants } from '../../test/testkit/tenants.ts'
import { tamper } from '../../test/testkit/audit-rows.ts'
import { until } from '../../test/testkit/until.ts'
import type { Denial } from '../access/denials.ts'
import { ANONYMOUS, type Principal } from '../access/principal.ts'
import { openPool } from '../database/pool.ts'
import { systemIds } from '../ids/generator.ts'
import { selfId } from '../ids/id.ts'
import { runWithCorrelation } from '../log/correlation.ts'
import { silentLog } from '../log/log.ts'
import { createDenialRecorder, type RunningDenialRecorder } from './denial-recorder.ts'

const NOW = new Date('2026-03-01T12:00:00Z')

let database: TestDatabase
let owner: Client
let tenants: Tenants
let pool: ReturnType<typeof openPool>
let recorder: RunningDenialRecorder
let failing: boolean

beforeAll(async () => {
  database = await createTestDatabase()
  owner = await database.connect('owner')
  tenants = await insertTenants(owner)
  pool = openPool({ url: database.urlOf('access'), poolSize: 1, applicationName: 'test' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  failing = false
  const clock = manualClock(NOW)
  const query: typeof pool.query = ((...args: Parameters<typeof pool.query>) =>
    failing ? Promise.reject(new Error('away')) : pool.query(...args)) as typeof pool.query // passes on what it gets
  recorder = createDenialRecorder({ pool: { query }, clock, ids: systemIds, log: silentLog, everyMs: 20 })
})
afterEach(async () => {
  await recorder.stop()
  await tamper(owner, 'delete from audit.denials; delete from audit.unsealed')
})

const user = (subject: string): Principal => ({
  ...{ kind: 'user', subject, sessionId: undefined, authenticatedAt: undefined, assurance: 'single' },
})
const denial = (more: Partial<Denial> = {}): Denial => ({
  coordinate: 'Mutation.createBucket',
  action: 'storage.bucket.create',
  code: 'PROJECT_ACCESS_DENIED',
  principal: user('mallory'),
  scope: { projectId: tenants.a1.projectId },
  ...more,
})

interface Row {
  readonly coordinate: string
  readonly org_id: string | null
  readonly project_id: string | null
  readonly actor_id: string
  readonly count: number
  readonly correlation_id: string
}
const rows = async (): Promise<readonly Row[]> =>
  (
    await owner.query<Row>(
      'select coordinate, org_id, project_id, actor_id, count::int, correlation_id from audit.denials',
    )
  ).rows
const total = async () => (await rows()).reduce((sum, { count }) => sum + count, 0)

test('R80: a denial is kept in the organization that it was aimed at, with the request’s correlation id', async () => {
  runWithCorrelation({ correlationId: 'correlation-1', causationId: 'correlation-1' }, () => {
    recorder.record(denial())
  })
  await until('it is written', async () => (await rows()).length > 0)
  expect(await rows()).toEqual([
    {
      ...{ coordinate: 'Mutation.createBucket', org_id: tenants.a1.organizationId, project_id: tenants.a1.projectId },
      ...{ actor_id: 'mallory', count: 1, correlation_id: 'correlation-1' },
    },
  ])
})

test('R80: a user is named by iam’s id, as in every other row', async () => {
  const id = systemIds.next()
  await owner.query(
    `insert into iam.users (id, subject, email, display_name, created_at) values ($1, 'known', 'k@example.com', 'K', now())`,
    [id],
  )
  recorder.record(denial({ principal: user('known') }))
  await recorder.flush()
  expect((await rows())[0]?.actor_id).toBe(selfId('usr', id).text)
})

describe('a flood', () => {
  test('R80: of ten thousand denials is one row a minute, and each is counted', async () => {
    for (let n = 0; n < 10_000; n += 1) recorder.record(denial())
    await recorder.flush()
    expect(await total()).toBe(10_000)
    expect((await rows()).length).toBeLessThanOrEqual(2) // the minute may turn in between
  })

  test('R80: of forged scopes is one row of the platform’s, whatever they name', async () => {
    for (let n = 0; n < 10_000; n += 1) {
      recorder.record(denial({ scope: { projectId: systemIds.next(), organizationId: systemIds.next() } }))
    }
    await recorder.flush()
    expect(await total()).toBe(10_000)
    const found = await rows()
    expect(found.every(({ org_id, project_id }) => org_id === null && project_id === null)).toBe(true)
    expect(new Set(found.map(({ coordinate }) => coordinate))).toEqual(new Set(['Mutation.createBucket', '*']))
    expect(found.length).toBeLessThanOrEqual(4)
  })

  test('R80: of one caller takes no room from another’s denials', async () => {
    for (let n = 0; n < 5_000; n += 1) recorder.record(denial({ coordinate: `Mutation.field${String(n)}` }))
    recorder.record(denial({ principal: ANONYMOUS, code: 'UNAUTHENTICATED' }))
    await recorder.flush()
    expect(await total()).toBe(5_001)
    const found = await rows()
    expect(found.length).toBeLessThanOrEqual(204)
    expect(found).toContainEqual(
      expect.objectContaining({ actor_id: 'anonymous', coordinate: 'Mutation.createBucket' }),
    )
  })

  test('R80: of callers nobody knows is bounded, and counted', async () => {
    for (let n = 0; n < 5_000; n += 1) recorder.record(denial({ principal: user(`forged-${String(n)}`) }))
    await recorder.flush()
    expect(await total()).toBe(5_000)
    expect((await rows()).length).toBeLessThanOrEqual(2 * 2_001)
  })
})

test('R80: while the database is away nothing is forgotten, and nobody waits', async () => {
  failing = true
  for (let n = 0; n < 50; n += 1) recorder.record(denial())
  await recorder.flush()
  recorder.record(denial())
  failing = false
  await until('all are written', async () => (await total()) === 51)
})

test('R80: what is left is written when the process stops', async () => {
  recorder.record(denial())
  await recorder.stop()
  expect(await total()).toBe(1)
})

describe('whoever may record', () => {
  test.each([
    'select * from audit.denials',
    'delete from audit.denials',
    `update audit.denials set count = 1`,
    'select * from audit.entries',
    'select * from audit.unsealed',
    `select audit.take(1)`,
    `insert into audit.denials select * from audit.denials`,
  ])('R80: may not: %s', async (statement) => {
    const access = await database.connect('access')
    await expect(access.query(statement)).rejects.toMatchObject({ code: '42501' })
  })

  test('R80: even the owner changes no fold but to count more', async () => {
    recorder.record(denial())
    await recorder.flush()
    for (const change of ['count = count - 1', `actor_id = 'x'`, 'minute = now()']) {
      await expect(owner.query(`update audit.denials set ${change}`)).rejects.toThrow('append-only')
    }
    await expect(owner.query('delete from audit.denials')).rejects.toThrow('append-only')
    await expect(owner.query('truncate audit.denials')).rejects.toThrow('append-only')
  })
})
