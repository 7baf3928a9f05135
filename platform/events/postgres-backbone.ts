import { onIdleLoss } from '../database/idle-loss.ts'
import { Pool } from 'pg'
import { silentLog, type Log } from '../log/log.ts'
import { createBell, type Bell } from './bell.ts'
import type { EventBackbone } from './envelope.ts'
import { startPostgresConsumer, type PostgresConsumer } from './postgres-consumer.ts'
import { keepSession } from '../database/session.ts'

export interface PostgresBackboneOptions {
  /** Of the role gpuaas_relay; of gpuaas_worker where it only consumes. */
  readonly url: string
  readonly log?: Log
  /** How long a lost notification can delay an event. */
  readonly pollMs?: number
}

const POOL = 4
const POLL_MS = 5_000

/** The backbone of the embedded form: the table `events.log`, with LISTEN for its latency. */
export const createPostgresBackbone = ({
  url,
  log = silentLog,
  pollMs = POLL_MS,
}: PostgresBackboneOptions): EventBackbone => {
  const pool = new Pool({ connectionString: url, max: POOL, application_name: 'gpuaas-events' })
  onIdleLoss(pool, (error) => {
    log.warn({ err: error }, 'an idle connection of the event log broke')
  })
  const consumers = new Map<PostgresConsumer, Bell>()
  const ringAll = (): void => {
    for (const bell of consumers.values()) bell.ring()
  }
  const listenForEvents = () =>
    keepSession({
      url,
      name: 'gpuaas-events-listener',
      log,
      work: async (client, ended) => {
        client.on('notification', ringAll)
        await client.query('LISTEN events')
        ringAll() // what was stored while nobody listened
        await new Promise<void>((resolve) => {
          if (ended.aborted) resolve()
          ended.addEventListener('abort', () => resolve(), { once: true })
        })
      },
    })
  let listener: ReturnType<typeof listenForEvents> | undefined

  return {
    publish: async (events) => {
      if (events.length === 0) return
      await pool.query({
        name: 'append-events',
        text: 'SELECT events.append($1::jsonb)',
        values: [JSON.stringify(events)],
      })
    },
    consume: async (name, types, handle) => {
      await pool.query('INSERT INTO events.consumers (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING', [name])
      const bell = createBell()
      const consumer = startPostgresConsumer({ pool, name, types, handle, bell, log, pollMs })
      consumers.set(consumer, bell)
      listener ??= listenForEvents()
      return {
        stop: async () => {
          consumers.delete(consumer)
          await consumer.stop()
        },
      }
    },
    close: async () => {
      await Promise.all([...consumers.keys()].map((consumer) => consumer.stop()))
      consumers.clear()
      await listener?.stop()
      await pool.end()
    },
  }
}
