import type { ClientBase } from 'pg'
import type { Log } from '../log/log.ts'
import { createBell } from './bell.ts'
import type { EventBackbone } from './envelope.ts'
import { deletePublished, readPending } from './outboxes.ts'
import { keepSession, sleep } from '../database/session.ts'

export interface RelayMetrics {
  /** True from the moment this process leads until it no longer does. */
  readonly leads: (leading: boolean) => void
  readonly published: (events: number) => void
  /** Age of the oldest event that waits in an outbox; 0 when none does. */
  readonly lag: (seconds: number) => void
}

export interface RelayOptions {
  /** Of the role gpuaas_relay. */
  readonly url: string
  readonly backbone: EventBackbone
  readonly log: Log
  readonly metrics?: RelayMetrics
  /** How long a lost notification can delay an event. */
  readonly pollMs?: number
  /** How long the outboxes may wait for another leader when one dies. */
  readonly standbyMs?: number
}

export interface Relay {
  /** Ends after the batch at hand; another process may lead at once. */
  readonly stop: () => Promise<void>
}

const BATCH = 200
const POLL_MS = 1_000
const STANDBY_MS = 500

/**
 * Moves events from the outboxes to the backbone: read, publish, delete, in that order (R73). Of all processes that
 * call this one leads: it holds an advisory lock on the connection it reads by, so that leadership ends with the
 * connection. A crash after reading repeats the batch; the backbone stores each id once, and consumers are idempotent
 * by it, so that nothing is lost and no repetition is seen.
 */
export const startRelay = (options: RelayOptions): Relay => {
  const { url, backbone, log, metrics = NO_METRICS, pollMs = POLL_MS, standbyMs = STANDBY_MS } = options

  const lead = async (client: ClientBase, ended: AbortSignal): Promise<void> => {
    const bell = createBell()
    client.on('notification', bell.ring)
    await client.query('LISTEN outbox')
    while (!ended.aborted) {
      const pending = await readPending(client, BATCH)
      metrics.lag(pending.lagSeconds)
      if (pending.events.length === 0) {
        await bell.wait(pollMs, ended)
        continue
      }
      await backbone.publish(pending.events)
      await deletePublished(client, pending)
      metrics.published(pending.events.length)
    }
  }

  return keepSession({
    url,
    name: 'gpuaas-relay',
    log,
    work: async (client, ended) => {
      while (!(await tryToLead(client))) {
        await sleep(standbyMs, ended)
        if (ended.aborted) return
      }
      log.info('the relay leads')
      metrics.leads(true)
      try {
        await lead(client, ended)
      } finally {
        metrics.leads(false)
      }
    },
  })
}

/** Tries, rather than waits inside the database: a waiting statement would hold back vacuum for as long as it waits. */
const tryToLead = async (client: ClientBase): Promise<boolean> => {
  const { rows } = await client.query<{ leads: boolean }>(
    `SELECT pg_try_advisory_lock(hashtextextended('gpuaas.relay', 0)) AS leads`,
  )
  return rows[0]?.leads === true
}

const NO_METRICS: RelayMetrics = { leads: () => undefined, published: () => undefined, lag: () => undefined }
