import type { Pool } from 'pg'

/**
 * Reports idle connections that a pool loses. Silent once the pool ends: a connection that is being closed may still
 * hear that the server is going down.
 */
export const onIdleLoss = <P extends Pool>(pool: P, report: (error: Error) => void): P => {
  pool.on('error', (error) => {
    if (!pool.ending) report(error)
  })
  return pool
}
