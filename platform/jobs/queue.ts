import { onIdleLoss } from '../database/idle-loss.ts'
import { Pool } from 'pg'
import type { Log } from '../log/log.ts'
import type { JobQueue } from './jobs.ts'
import { stampCorrelation } from './payload.ts'

const DEFAULT_TRIES = 25

const ADD = `SELECT graphile_worker.add_job($1, payload := $2::json, job_key := $3, run_at := $4, max_attempts := $5)`

export interface StoppableJobQueue extends JobQueue {
  readonly stop: () => Promise<void>
}

/** The queue for programs that run as gpuaas_worker. Units of work queue through `events.enqueue_job` instead. */
export const createJobQueue = ({ url, log }: { readonly url: string; readonly log: Log }): StoppableJobQueue => {
  const pool = new Pool({ connectionString: url, max: 2, application_name: 'gpuaas-job-queue' })
  onIdleLoss(pool, (error) => {
    log.warn({ err: error }, 'an idle connection of the job queue broke; the next job opens another')
  })
  return {
    add: async (name, payload, { key, runAt, tries }) => {
      const values = [name, JSON.stringify(stampCorrelation(payload)), key, runAt ?? null, tries ?? DEFAULT_TRIES]
      await pool.query({ name: 'add-job', text: ADD, values })
    },
    stop: () => pool.end(),
  }
}
