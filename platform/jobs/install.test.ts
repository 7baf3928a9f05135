import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { until } from '../../test/testkit/until.ts'
import type { DatabaseLogin } from '../config/logins.ts'
import { silentLog } from '../log/log.ts'
import { installJobs } from './install.ts'
import { createJobQueue } from './queue.ts'
import { startWorker } from './worker.ts'

describe('the job queue in the database', () => {
  let database: TestDatabase
  let owner: Client
  const as = async (login: DatabaseLogin, sql: string): Promise<unknown> => (await database.connect(login)).query(sql)

  beforeAll(async () => {
    database = await createTestDatabase()
    owner = await database.connect('owner')
  })
  afterEach(() => owner.query('TRUNCATE graphile_worker._private_jobs'))
  afterAll(() => database.drop())

  describe('jobs of a unit of work', () => {
    test('are queued by the role of their subgraph, in its transaction', async () => {
      const enqueue = (key: string) => `SELECT events.enqueue_job('app-platform.rollout', '{"id":"x"}', '${key}')`
      await as('app_platform', `BEGIN; ${enqueue('rollout:undone')}; ROLLBACK`)
      await as('app_platform', enqueue('rollout:x'))
      const { rows } = await owner.query('SELECT key FROM graphile_worker._private_jobs')
      expect(rows).toEqual([{ key: 'rollout:x' }])
    })

    test.each([
      ['compute', 'billing.charge'],
      ['compute', 'compute'],
      ['compute', 'computed.x'],
      ['compute', 'event:compute'],
      ['compute', 'platform.extend-partitions'],
    ] as const)('are refused when %s queues %s', async (login, name) => {
      await expect(as(login, `SELECT events.enqueue_job('${name}', '{}', 'k')`)).rejects.toMatchObject({
        code: '42501',
      })
    })

    test('need a key', async () => {
      await expect(as('compute', `SELECT events.enqueue_job('compute.x', '{}', null)`)).rejects.toMatchObject({
        code: '22004',
      })
    })

    test('are the only way in: a subgraph reaches neither the queue, the log nor the partitions', async () => {
      for (const sql of [
        `SELECT graphile_worker.add_job('compute.x')`,
        'SELECT * FROM graphile_worker._private_jobs',
        'SELECT * FROM events.log',
        `SELECT events.append('[]')`,
        'SELECT events.extend_partitions()',
      ]) {
        await expect(as('compute', sql)).rejects.toMatchObject({ code: '42501' })
      }
    })
  })

  test('the worker makes the partitions of the months to come', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'events.log'::regclass ORDER BY 1`,
    )
    const last = rows.filter(({ name }) => !name.endsWith('_other')).at(-1)?.name ?? ''
    await owner.query(`DROP TABLE ${last}`)
    const worker = await startWorker({ url: database.urlOf('worker'), jobs: {}, log: silentLog })
    const queue = createJobQueue({ url: database.urlOf('worker'), log: silentLog })
    await queue.add('platform.extend-partitions', {}, { key: 'extend' })
    await until('the partition is there', async () => {
      const { rows: found } = await owner.query<{ made: boolean }>(`SELECT to_regclass('${last}') IS NOT NULL AS made`)
      return found[0]?.made === true
    })
    await Promise.all([worker.stop(), queue.stop()])
  })

  test('the installation is repeatable, at once and by several processes', async () => {
    await owner.query(`COMMENT ON SCHEMA graphile_worker IS 'an older version'`)
    await Promise.all([installJobs(database.ownerUrl), installJobs(database.ownerUrl), installJobs(database.ownerUrl)])
    const begun = performance.now()
    await installJobs(database.ownerUrl)
    expect(performance.now() - begun).toBeLessThan(500) // a look, not an installation; 10 ms when the machine is idle
    await as('worker', `SELECT graphile_worker.add_job('x', job_key := 'still-allowed')`)
  })
})
