import type { Pool } from 'pg'

/**
 * Each connection of the pool has a listener for its errors as long as it lives. pg-pool itself listens to idle ones
 * alone, and whoever takes one learns of it a moment later: a connection that the server ends in between would end the
 * process. What it was asked fails by itself, and the pool throws it away.
 */
export const surviveLoss = (pool: Pool): void => {
  pool.on('connect', (client) => client.on('error', () => undefined))
}

/**
 * Reports idle connections that a pool loses. Silent once the pool ends: a connection that is being closed may still
 * hear that the server is going down.
 */
export const onIdleLoss = <P extends Pool>(pool: P, report: (error: Error) => void): P => {
  surviveLoss(pool)
  pool.on('error', (error) => {
    if (!pool.ending) report(error)
  })
  return pool
}
