import { EventEmitter } from 'node:events'
import { parseCronItems, run, type CronItem, type Runner, type RunnerOptions, type WorkerEvents } from 'graphile-worker'
import { Pool } from 'pg'
import { sleep, type Session } from '../database/session.ts'
import type { Log } from '../log/log.ts'
import { graphileLog } from './graphile-log.ts'
import { holdLease } from './leases.ts'
import { toTask, type Job, type JobMetrics } from './run-job.ts'

export interface WorkerOptions {
  /** Of the role gpuaas_worker. */
  readonly url: string
  /** By name, `<subgraph>.<job>`. The worker takes jobs of these names alone. */
  readonly jobs: Readonly<Record<string, Job>>
  /** Which of `jobs` are run again and again, and when: a crontab's five fields, in UTC. */
  readonly schedule?: Readonly<Record<string, string>>
  readonly log: Log
  readonly metrics?: JobMetrics
  /** How many jobs run at once; 4 unless given. */
  readonly concurrency?: number
  /** How long `stop` waits for jobs that run; 10 s unless given. */
  readonly graceMs?: number
}

export interface JobWorker {
  /** Takes no more jobs and waits for those that run; past the grace they are given back to be tried again. */
  readonly stop: () => Promise<void>
}

/** One life of graphile-worker's runner, and the lease of the name under which it locks jobs. */
interface Shift {
  readonly runner: Runner
  readonly lease: Session | undefined
  /** Resolves with why the ends of jobs could not be written. */
  readonly failed: Promise<unknown>
}

const CONCURRENCY = 4
const GRACE_MS = 10_000
/** Of a runner that lost the database: what it ran has failed or will, and its `stop` may never resolve. */
const LOST_GRACE_MS = 1_000
/** Jobs queued in a transaction are announced by NOTIFY; the poll is for retries and scheduled ones. */
const POLL_MS = 1_000
const RESTART_MS = 1_000

/**
 * Runs jobs until it is stopped. Rejects when the first start fails (no database, queue not installed); once running it
 * survives the loss of the database and begins again when it is back.
 */
export const startWorker = async (options: WorkerOptions): Promise<JobWorker> => {
  const { log, concurrency = CONCURRENCY, graceMs = GRACE_MS } = options
  const pool = openPool(options.url, concurrency, log)
  const stopped = new AbortController()

  const beginAgain = async (): Promise<Shift | undefined> => {
    while (!stopped.signal.aborted) {
      await sleep(RESTART_MS, stopped.signal)
      try {
        return await beginShift(pool, options)
      } catch (error) {
        log.warn({ err: error, retryInMs: RESTART_MS }, 'the job worker cannot begin yet')
      }
    }
    return undefined
  }

  const serve = async (first: Shift): Promise<void> => {
    let shift: Shift | undefined = first
    while (shift !== undefined) {
      const failure = await endOf(shift, stopped.signal)
      if (!stopped.signal.aborted) log.warn({ err: failure }, 'the job worker ended and will begin again')
      await endShift(shift, stopped.signal.aborted ? graceMs : LOST_GRACE_MS)
      shift = await beginAgain()
    }
    await pool.end()
  }

  const serving = await beginShift(pool, options).then(
    (first) => ({ ended: serve(first) }), // in an object: this await is for the start alone
    async (error: unknown) => {
      await pool.end()
      throw error
    },
  )
  return {
    stop: () => {
      stopped.abort()
      return serving.ended
    },
  }
}

const beginShift = async (pool: Pool, options: WorkerOptions): Promise<Shift> => {
  const { url, jobs, schedule = {}, log, metrics = NO_METRICS, concurrency = CONCURRENCY } = options
  const events: WorkerEvents = new EventEmitter()
  let lease: Session | undefined
  events.on('pool:create', ({ workerPool }) => {
    lease = holdLease({ url, log, holder: workerPool.id })
  })
  const failed = new Promise<unknown>((resolve) => {
    events.once('pool:fatalError', ({ error }) => {
      resolve(error)
    })
  })
  const all = Object.entries({ ...PLATFORM_JOBS, ...jobs })
  const runner = await run({
    pgPool: pool,
    taskList: Object.fromEntries(all.map(([name, job]) => [name, toTask(name, job, { log, metrics })])),
    parsedCronItems: parseCronItems(Object.entries({ ...SCHEDULE, ...schedule }).map(cronItem)),
    events,
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    schema: 'graphile_worker',
    logger: graphileLog(log),
    preset: NOTED_IN_BATCHES,
  })
  return { runner, lease, failed }
}

/**
 * Ends of jobs are written by graphile-worker's batchers, without a delay. Written one by one, nobody awaits them: a
 * database lost at that moment is a rejection that ends the process. A batcher that fails tells so (`failed`).
 */
const NOTED_IN_BATCHES: NonNullable<RunnerOptions['preset']> = {
  worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
}

/** Resolves when the runner ended, with why, or when it is to be ended. */
const endOf = async ({ runner, failed }: Shift, stopped: AbortSignal): Promise<unknown> => {
  const ended = runner.promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  const told = new Promise<undefined>((resolve) => {
    if (stopped.aborted) resolve(undefined)
    stopped.addEventListener(
      'abort',
      () => {
        resolve(undefined)
      },
      { once: true },
    )
  })
  return Promise.race([ended, failed, told])
}

/** Ending the lease gives back the jobs that still run: graphile-worker itself would wait for them without end. */
const endShift = async ({ runner, lease }: Shift, graceMs: number): Promise<void> => {
  const done = new AbortController()
  const gone = runner.stop().catch(() => undefined) // it may have ended by itself
  await Promise.race([gone, sleep(graceMs, done.signal)])
  done.abort()
  await lease?.stop()
}

const openPool = (url: string, concurrency: number, log: Log): Pool => {
  // One more than jobs run at once: the listener keeps its connection.
  const pool = new Pool({ connectionString: url, max: concurrency + 1, application_name: 'gpuaas-worker' })
  const report = (error: Error): void => {
    if (!pool.ending) log.warn({ err: error }, 'a connection of the job worker broke')
  }
  return pool.on('error', report).on('connect', (client) => client.on('error', report))
}

const PLATFORM_JOBS: Readonly<Record<string, Job>> = {
  'platform.extend-partitions': (_payload, { query }) => query('SELECT events.extend_partitions()', []),
}

const DAY_MS = 24 * 3_600_000

const SCHEDULE: Readonly<Record<string, string>> = { 'platform.extend-partitions': '17 3 * * *' }

/** What was missed is made up for at the next start: a server that only runs by day would never extend anything. */
const cronItem = ([task, match]: readonly [string, string]): CronItem => ({
  task,
  match,
  options: { jobKey: task, backfillPeriod: DAY_MS },
})

const NO_METRICS: JobMetrics = { finished: () => undefined }
