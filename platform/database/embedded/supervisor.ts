import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../log/log.ts'
import type { Server } from './server.ts'

const RESTARTS = 5
const RESTARTS_WITHIN_MS = 60_000

/**
 * Keeps a server running: one that dies (killed for memory, by hand, by a crash) is started again and recovers. After
 * five deaths within a minute it gives up: queries then fail as `DATABASE_UNAVAILABLE`.
 */
export const supervise = async (
  start: () => Promise<Server>,
  log: Log,
): Promise<{ readonly stop: () => Promise<void> }> => {
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  let server = await start()

  const keepRunning = async (): Promise<void> => {
    let deaths: readonly number[] = []
    for (;;) {
      await server.ended
      if (isStopping()) return
      const now = performance.now()
      deaths = [...deaths.filter((at) => now - at < RESTARTS_WITHIN_MS), now]
      if (deaths.length > RESTARTS) {
        log.error('the embedded PostgreSQL dies again and again; see postgres.log in DATA_DIR')
        return
      }
      log.warn('the embedded PostgreSQL died; starting it again')
      await delay(100 * (deaths.length - 1))
      if (isStopping()) return
      server = await start()
      if (isStopping()) return server.stop()
    }
  }
  const kept = keepRunning().catch((error: unknown) => {
    log.error({ err: error }, 'the embedded PostgreSQL could not be started again')
  })

  return {
    stop: async () => {
      stopping.abort()
      await server.stop()
      await kept
    },
  }
}
