import type { ClientBase, Pool } from 'pg'
import type { Log } from '../log/log.ts'
import type { Bell } from './bell.ts'
import type { EventHandler } from './envelope.ts'
import { EVENT_COLUMNS, toEnvelope, type EventRow } from './event-rows.ts'
import { sleep } from '../database/session.ts'

export interface PostgresConsumerOptions {
  readonly pool: Pool
  readonly name: string
  readonly types: readonly string[]
  readonly handle: EventHandler
  readonly bell: Bell
  readonly log: Log
  readonly pollMs: number
}

export interface PostgresConsumer {
  readonly stop: () => Promise<void>
}

/** What a round came to: `more` may wait already, `idle` nothing does, `taken` another process of this name reads. */
type Round = 'more' | 'idle' | 'taken'

const BATCH = 32
const TAKEN_MS = 250
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/**
 * Reads the log in order from the position kept under `name`. The row of the position is locked while a batch is
 * handled: processes with one name take turns. An event that fails is tried again, with growing pauses, before those
 * after it.
 */
export const startPostgresConsumer = (options: PostgresConsumerOptions): PostgresConsumer => {
  const { pool, name, bell, log, pollMs } = options
  const stopped = new AbortController()
  const running = (async () => {
    let pause = FIRST_RETRY_MS
    while (!stopped.signal.aborted) {
      try {
        const round = await readRound(pool, options, stopped.signal)
        pause = FIRST_RETRY_MS
        if (round !== 'more') await bell.wait(round === 'taken' ? TAKEN_MS : pollMs, stopped.signal)
      } catch (error) {
        log.warn({ err: error, consumer: name, retryInMs: pause }, 'a consumer of events failed and will try again')
        await sleep(pause, stopped.signal)
        pause = Math.min(pause * 2, LAST_RETRY_MS)
      }
    }
  })()
  return {
    stop: () => {
      stopped.abort()
      return running
    },
  }
}

const readRound = async (pool: Pool, options: PostgresConsumerOptions, stopped: AbortSignal): Promise<Round> => {
  const client = await pool.connect()
  const broken = (error: Error): void => {
    options.log.warn({ err: error, consumer: options.name }, 'the connection of a consumer broke')
  }
  client.on('error', broken)
  let healthy = false
  try {
    await client.query('BEGIN')
    const { round, failure } = await handleBatch(client, options, stopped)
    await client.query('COMMIT')
    healthy = true
    if (failure !== undefined) throw failure.reason
    return round
  } finally {
    client.off('error', broken)
    client.release(!healthy) // closing the connection rolls back
  }
}

interface Handled {
  readonly round: Round
  readonly failure?: { readonly reason: unknown }
}

/** Handles what waits and moves the position past all that succeeded, whatever failed after them. */
const handleBatch = async (
  client: ClientBase,
  { name, types, handle }: PostgresConsumerOptions,
  stopped: AbortSignal,
): Promise<Handled> => {
  const consumer = await client.query<{ position: string }>({ name: 'lock-consumer', text: LOCK, values: [name] })
  const from = consumer.rows[0]?.position
  if (from === undefined) return { round: 'taken' }
  const { rows } = await client.query<LogRow>({ name: 'read-log', text: READ, values: [from, types, BATCH] })
  let position = from
  try {
    for (const row of rows.filter(isEvent)) {
      if (stopped.aborted) return { round: 'more' }
      await handle(toEnvelope(row))
      position = row.seq
    }
    if (rows.length < BATCH) position = rows[0]?.head ?? position
    return { round: rows.length < BATCH ? 'idle' : 'more' }
  } catch (reason) {
    return { round: 'more', failure: { reason } }
  } finally {
    if (position !== from) await client.query(ADVANCE, [name, position])
  }
}

/** The head is the greatest `seq` after the position; alone, with nulls, when no event of these types is before it. */
interface Head {
  readonly head: string | null
}
type LogRow = (EventRow & Head & { readonly seq: string }) | (Head & { readonly seq: null })

const isEvent = (row: LogRow): row is EventRow & Head & { readonly seq: string } => row.seq !== null

const LOCK = 'SELECT position FROM events.consumers WHERE name = $1 FOR UPDATE SKIP LOCKED'

const READ = `
  SELECT head.seq AS head, event.* FROM (SELECT max(seq) AS seq FROM events.log WHERE seq > $1) AS head
  LEFT JOIN LATERAL (
    SELECT seq, ${EVENT_COLUMNS} FROM events.log WHERE seq > $1 AND type = ANY ($2::text[]) ORDER BY seq LIMIT $3
  ) AS event ON true`

const ADVANCE = 'UPDATE events.consumers SET position = $2, updated_at = now() WHERE name = $1'
