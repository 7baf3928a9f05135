import type { JobHelpers, Task } from 'graphile-worker'
import { runWithCorrelation } from '../log/correlation.ts'
import type { Log } from '../log/log.ts'
import { tracedHandling } from '../tracing/spans.ts'
import type { JobPayload } from './jobs.ts'
import { takeCorrelation } from './payload.ts'

/** What a job may know of its own run, beside its payload. */
export interface JobRun {
  /** 1 the first time. */
  readonly attempt: number
  /** On the worker's connection, as gpuaas_worker: for the platform's own tables, never a domain's. */
  readonly query: (text: string, values: readonly unknown[]) => Promise<void>
}

/** A `JobHandler` is one; the platform's own jobs look at the run as well. */
export type Job = (payload: JobPayload, run: JobRun) => Promise<void>

/** Thrown by a job whose failure is final and recorded elsewhere, so that no try and no row is left of it. */
export class JobAbandoned extends Error {
  override readonly name = 'JobAbandoned'
}

export type JobOutcome = 'succeeded' | 'retried' | 'failed'

export interface JobMetrics {
  /** `failed` is for good: no try is left. */
  readonly finished: (job: string, outcome: JobOutcome, seconds: number) => void
}

export interface JobSurroundings {
  readonly log: Log
  readonly metrics: JobMetrics
}

/** A job as graphile-worker runs it: under the correlation of its cause, its end logged and counted. */
export const toTask = (name: string, job: Job, { log, metrics }: JobSurroundings): Task => {
  return async (queued: unknown, helpers: JobHelpers) => {
    const { payload, correlation, traceparent } = takeCorrelation(queued)
    const { attempts, max_attempts: tries } = helpers.job
    const startedAt = performance.now()
    const finish = (outcome: JobOutcome): number => {
      const seconds = (performance.now() - startedAt) / 1_000
      metrics.finished(name, outcome, seconds)
      return seconds
    }
    await runWithCorrelation(correlation, async () => {
      try {
        await tracedHandling(traceparent, `job ${name}`, () =>
          job(payload, {
            attempt: attempts,
            query: async (text, values) => {
              await helpers.query(text, [...values])
            },
          }),
        )
        log.debug({ job: name, attempt: attempts, seconds: finish('succeeded') }, 'a job is done')
      } catch (error) {
        const last = attempts >= tries || error instanceof JobAbandoned
        finish(last ? 'failed' : 'retried')
        const fields = { err: error, job: name, attempt: attempts, tries }
        if (last) log.error(fields, 'a job failed for good')
        else log.warn(fields, 'a job failed and will be tried again')
        if (!(error instanceof JobAbandoned)) throw asJobFailure(error)
      }
    })
  }
}

/** graphile-worker keeps the message of a failure in its table: the class alone, for a message may hold anything (R86). */
const asJobFailure = (error: unknown): Error => new Error(errorClass(error), { cause: error })

/** A name that says what went wrong without saying anything of whom: the catalogued code, or the class. */
export const errorClass = (error: unknown): string => {
  if (!(error instanceof Error)) return 'UnknownError'
  if ('code' in error && typeof error.code === 'string' && /^[A-Z0-9_]{2,64}$/.test(error.code)) return error.code
  return error.name
}
