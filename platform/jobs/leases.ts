import type { Log } from '../log/log.ts'
import { keepSession, sleep, type Session } from '../database/session.ts'

export interface LeaseOptions {
  /** Of the role gpuaas_worker. */
  readonly url: string
  readonly log: Log
  /** The name under which this process locks jobs. */
  readonly holder: string
  readonly checkMs?: number
}

const CHECK_MS = 5_000

/**
 * Gives back the jobs of workers that died. graphile-worker itself waits four hours. Each worker holds an advisory lock
 * of its name for as long as its connection lives; jobs locked by a name without that lock are free again, the attempt
 * counted. The two seconds are for a worker whose lock is not there yet.
 */
export const holdLease = ({ url, log, holder, checkMs = CHECK_MS }: LeaseOptions): Session =>
  keepSession({
    url,
    name: 'gpuaas-worker-lease',
    log,
    work: async (client, ended) => {
      await client.query(`SELECT pg_advisory_lock_shared(${CLASS}, hashtext($1))`, [holder])
      while (!ended.aborted) {
        const { rows } = await client.query<{ holder: string }>(FREE_ORPHANS)
        if (rows.length > 0) log.warn({ workers: rows.length }, 'jobs of workers that died are free again')
        await sleep(checkMs, ended)
      }
      // Stopped rather than cut: what this worker still holds is what it could not end in time.
      await client.query('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [holder])
    },
  })

/** Any number, the same in every process: the class of these advisory locks. */
const CLASS = 72_201

const FREE_ORPHANS = `
  WITH dead AS (
    SELECT DISTINCT locked_by AS holder FROM graphile_worker._private_jobs
    WHERE locked_at < now() - interval '2 seconds' AND NOT EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = ${CLASS}
        AND objid = (hashtext(locked_by)::bigint & 4294967295)::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
  )
  SELECT holder, graphile_worker.force_unlock_workers(ARRAY[holder]), pg_notify('jobs:insert', '{"count":10}') FROM dead`
