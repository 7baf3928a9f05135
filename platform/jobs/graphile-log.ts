import { Logger } from 'graphile-worker'
import type { Log } from '../log/log.ts'

const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const

/**
 * graphile-worker's messages in our log, one level quieter. Its metadata is dropped: it holds whole jobs and
 * connections. What became of a job is logged by `run-job.ts`.
 */
export const graphileLog = (log: Log): Logger =>
  new Logger((scope) => (level, message) => {
    log[LEVELS[level]]({ ...scope }, message)
  })
