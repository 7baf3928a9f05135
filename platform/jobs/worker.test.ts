import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { pino } from 'pino'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { until } from '../../test/testkit/until.ts'
import { currentCorrelation, runWithCorrelation, type Correlation } from '../log/correlation.ts'
import { silentLog } from '../log/log.ts'
import type { JobPayload } from './jobs.ts'
import { createJobQueue, type StoppableJobQueue } from './queue.ts'
import type { Job, JobOutcome } from './run-job.ts'
import { startWorker, type JobWorker } from './worker.ts'

describe('jobs', () => {
  let database: TestDatabase
  let owner: Client
  let queue: StoppableJobQueue
  const workers: JobWorker[] = []
  const finished: (readonly [string, JobOutcome])[] = []

  const work = async (
    jobs: Readonly<Record<string, Job>>,
    options: { graceMs?: number; log?: typeof silentLog } = {},
  ) => {
    const metrics = { finished: (job: string, outcome: JobOutcome) => void finished.push([job, outcome]) }
    const worker = await startWorker({ url: database.urlOf('worker'), jobs, log: silentLog, metrics, ...options })
    workers.push(worker)
    return worker
  }
  const stopAll = () => Promise.all(workers.splice(0).map((worker) => worker.stop()))
  const jobRows = async () => {
    const { rows } = await owner.query<{ attempts: number; locked_by: string | null; last_error: string | null }>(
      'SELECT attempts, locked_by, last_error FROM graphile_worker._private_jobs ORDER BY id',
    )
    return rows
  }
  const retryNow = () => owner.query('UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL')

  beforeAll(async () => {
    database = await createTestDatabase()
    owner = await database.connect('owner')
    queue = createJobQueue({ url: database.urlOf('worker'), log: silentLog })
  })
  afterEach(async () => {
    await stopAll()
    finished.length = 0
    await owner.query('TRUNCATE graphile_worker._private_jobs')
  })
  afterAll(async () => {
    await queue.stop()
    await database.drop()
  })

  test('run with their payload and under the correlation of what queued them', async () => {
    const runs: { payload: JobPayload; correlation: Correlation | undefined }[] = []
    await work({
      'compute.provision': (payload) => {
        runs.push({ payload, correlation: currentCorrelation() })
        return Promise.resolve()
      },
    })
    const cause = { correlationId: 'request-1', causationId: 'event-1' }
    await runWithCorrelation(cause, () => queue.add('compute.provision', { allocationId: 'a' }, { key: 'provision:a' }))
    await until('it ran', () => runs.length === 1)
    expect(runs).toEqual([{ payload: { allocationId: 'a' }, correlation: cause }])
    await until('its row is gone', async () => (await jobRows()).length === 0)
    expect(finished).toEqual([['compute.provision', 'succeeded']])
  })

  test('queued twice under one key while they wait, run once', async () => {
    await queue.add('compute.once', { id: 'a' }, { key: 'once:a' })
    await queue.add('compute.once', { id: 'a' }, { key: 'once:a' })
    await queue.add('compute.once', { id: 'b' }, { key: 'once:b' })
    const runs: (string | undefined)[] = []
    await work({ 'compute.once': ({ id }) => Promise.resolve(void runs.push(id)) })
    await until('the queue is empty', async () => (await jobRows()).length === 0)
    expect(runs.toSorted()).toEqual(['a', 'b'])
  })

  test('of a time to come wait for it', async () => {
    await queue.add('compute.later', {}, { key: 'later', runAt: new Date(Date.now() + 3_600_000) })
    await queue.add('compute.now', {}, { key: 'now' })
    const runs: string[] = []
    await work({
      'compute.later': () => Promise.resolve(void runs.push('later')),
      'compute.now': () => Promise.resolve(void runs.push('now')),
    })
    await until('the present one ran', () => runs.length > 0)
    await until('one job waits', async () => (await jobRows()).length === 1)
    expect(runs).toEqual(['now'])
  })

  test('that fail are tried again, and counted as failed when no try is left; their message is kept nowhere', async () => {
    await work({ 'compute.broken': () => Promise.reject(new RangeError('secret=s3cr3t')) })
    await queue.add('compute.broken', {}, { key: 'broken', tries: 2 })
    await until('it failed for good', async () => {
      await retryNow()
      return finished.length >= 2
    })
    expect(finished).toEqual([
      ['compute.broken', 'retried'],
      ['compute.broken', 'failed'],
    ])
    await until('its row is free', async () => (await jobRows()).every((row) => row.locked_by === null))
    expect(await jobRows()).toEqual([{ attempts: 2, locked_by: null, last_error: 'RangeError' }])
  })

  test('that run are waited for when the worker stops, and others are left for the next', async () => {
    const begun = Promise.withResolvers<undefined>()
    const goOn = Promise.withResolvers<undefined>()
    let ended = false
    const worker = await work({
      'compute.slow': async () => {
        begun.resolve(undefined)
        await goOn.promise
        ended = true
      },
    })
    await queue.add('compute.slow', {}, { key: 'slow' })
    await begun.promise
    const stopping = worker.stop()
    goOn.resolve(undefined)
    await stopping
    expect(ended).toBe(true)
    await queue.add('compute.slow', {}, { key: 'slower' })
    expect(await jobRows()).toHaveLength(1)
  })

  test('that do not end in time are given back', async () => {
    const begun = Promise.withResolvers<undefined>()
    const worker = await work(
      { 'compute.stuck': () => (begun.resolve(undefined), new Promise(() => undefined)) },
      { graceMs: 1_000 },
    )
    await queue.add('compute.stuck', {}, { key: 'stuck' })
    await begun.promise
    await worker.stop()
    expect(await jobRows()).toMatchObject([{ attempts: 1, locked_by: null }])
  })

  test('of a worker that died are taken over by another', async () => {
    await queue.add('compute.orphan', {}, { key: 'orphan' })
    // What a killed worker leaves: its lock on the job, and no connection.
    await owner.query(
      `UPDATE graphile_worker._private_jobs SET locked_by = 'pool-dead', locked_at = now() - interval '1 minute', attempts = 1`,
    )
    let attempt = 0
    await work({ 'compute.orphan': (_payload, run) => Promise.resolve(void (attempt = run.attempt)) })
    await until('it ran again', () => attempt > 0)
    expect(attempt).toBe(2)
  })

  test('of a worker that lives are not, however long they run', async () => {
    const begun = Promise.withResolvers<undefined>()
    const goOn = Promise.withResolvers<undefined>()
    let runs = 0
    const job: Job = async () => {
      runs += 1
      begun.resolve(undefined)
      await goOn.promise
    }
    await work({ 'compute.long': job })
    await queue.add('compute.long', {}, { key: 'long' })
    await begun.promise
    await owner.query(`UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '1 hour'`)
    await work({ 'compute.long': job, 'compute.probe': () => Promise.resolve() }) // checks for orphans as it starts
    await queue.add('compute.probe', {}, { key: 'probe' })
    await until('the other worker is at work', () => finished.some(([name]) => name === 'compute.probe'))
    expect((await jobRows())[0]?.locked_by).not.toBeNull()
    goOn.resolve(undefined)
    await until('it ended', () => finished.length === 2)
    expect(runs).toBe(1)
  })

  test('go on when every connection of the worker was cut', async () => {
    await work({ 'compute.again': () => Promise.resolve() })
    await queue.add('compute.again', {}, { key: 'first' })
    await until('the first ran', () => finished.length === 1)
    await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE application_name LIKE 'gpuaas-worker%' AND datname = current_database()`)
    await queue.add('compute.again', {}, { key: 'second' })
    await until('the second ran', () => finished.length === 2)
  })

  test('report through the log alone, never with a payload', async () => {
    const lines: string[] = []
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const printed: unknown[] = []
    const { log: originalLog, warn, error } = console
    Object.assign(console, {
      log: printed.push.bind(printed),
      warn: printed.push.bind(printed),
      error: printed.push.bind(printed),
    })
    try {
      await work({ 'compute.quiet': () => Promise.resolve() }, { log })
      await queue.add('compute.quiet', { id: 'payload-canary' }, { key: 'quiet' })
      await until('it ran', () => finished.length === 1)
      await stopAll()
    } finally {
      Object.assign(console, { log: originalLog, warn, error })
    }
    expect(printed).toEqual([])
    expect(lines.join('')).toContain('compute.quiet')
    expect(lines.join('')).not.toContain('payload-canary')
  })
})
