import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { openPool } from '../database/pool.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { outboxEvent, writeOutbox, type OutboxEvent } from '../../test/testkit/event-outbox.ts'
import { until } from '../../test/testkit/until.ts'
import { createJobQueue } from '../jobs/queue.ts'
import { startWorker } from '../jobs/worker.ts'
import { currentCorrelation, type Correlation } from '../log/correlation.ts'
import { silentLog } from '../log/log.ts'
import { consumeInOrder } from './in-order.ts'
import { eventJobs, startDispatcher, type EventConsumer } from './dispatcher.ts'
import type { EventEnvelope } from './envelope.ts'
import { createPostgresBackbone } from './postgres-backbone.ts'
import { startRelay } from './relay.ts'

const TYPE = 'storage.bucket_created'

describe('events reach their handlers', () => {
  let database: TestDatabase
  let writer: Client
  const running: (() => Promise<void>)[] = []

  /** The whole way, as the composition root builds it. */
  const run = async (subgraphs: readonly EventConsumer[], tries?: number) => {
    const backbone = createPostgresBackbone({ url: database.urlOf('relay') })
    const queue = createJobQueue({ url: database.urlOf('worker'), log: silentLog })
    const worker = await startWorker({
      url: database.urlOf('worker'),
      jobs: eventJobs(subgraphs, tries),
      log: silentLog,
    })
    const dispatcher = await startDispatcher({ backbone, subgraphs, queue, log: silentLog })
    const relay = startRelay({ url: database.urlOf('relay'), backbone, log: silentLog })
    running.push(async () => {
      await relay.stop()
      await dispatcher.stop()
      await worker.stop()
      await queue.stop()
      await backbone.close()
    })
    return { backbone }
  }
  const commit = async (...events: readonly OutboxEvent[]): Promise<void> => {
    await writer.query('BEGIN')
    for (const event of events) await writeOutbox(writer, 'storage', event)
    await writer.query('COMMIT')
  }
  const count = async (sql: string): Promise<number> => {
    const { rows } = await writer.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${sql}`)
    return rows[0]?.count ?? -1
  }
  /** Retries wait seconds; a test does not. */
  const retryNow = () => writer.query(`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL`)

  beforeAll(async () => {
    database = await createTestDatabase()
    writer = await database.connect('owner')
    await writer.query('CREATE TABLE public.effects (event_id uuid NOT NULL)')
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((stop) => stop()))
    await writer.query('TRUNCATE events.log, events.consumers, events.dead_letters, graphile_worker._private_jobs')
  })
  afterAll(() => database.drop())

  test('each subgraph with a handler for the type, with the event whole and its correlation restored', async () => {
    const seen: { name: string; event: EventEnvelope; correlation: Correlation | undefined }[] = []
    const consumer = (name: string, type = TYPE): EventConsumer => ({
      name,
      eventHandlers: {
        [type]: (event) => {
          seen.push({ name, event, correlation: currentCorrelation() })
          return Promise.resolve()
        },
      },
    })
    await run([
      consumer('billing'),
      consumer('app-platform'),
      consumer('iam', 'storage.grant_created'),
      { name: 'compute', eventHandlers: {} },
    ])
    const event = outboxEvent(TYPE)
    await commit(event)
    await until('both handled it', () => seen.length >= 2)
    expect(seen.map(({ name }) => name).toSorted()).toEqual(['app-platform', 'billing'])
    for (const { event: arrived, correlation } of seen) {
      expect(arrived).toMatchObject({ id: event.id, type: TYPE, version: 1, owner: event.owner, data: event.data })
      expect(correlation).toEqual({ correlationId: `cause-of-${event.id}`, causationId: event.id })
    }
    expect(await count('events.consumers')).toBe(3)
  })

  test('in the order of the log, each after the one before was handled, where a subgraph asks for that', async () => {
    const [first, second, third] = [outboxEvent(TYPE), outboxEvent(TYPE), outboxEvent(TYPE)]
    const handled: string[] = []
    let failures = 0
    const ordered = (event: EventEnvelope): Promise<void> => {
      if (event.id === second.id && failures < 2) {
        failures += 1
        return Promise.reject(new Error('not yet'))
      }
      handled.push(event.id)
      return Promise.resolve()
    }
    await run([{ name: 'notifications', eventHandlers: {}, orderedHandlers: { [TYPE]: ordered } }])
    await commit(first, second, third)
    await until('all were handled', () => handled.length >= 3)
    expect(handled).toEqual([first.id, second.id, third.id])
    expect(failures).toBe(2)
    expect(await count('graphile_worker._private_jobs')).toBe(0)
  })

  test('as a job, out of its order, where one fails again and again in its turn: the others go on', async () => {
    const [bad, good] = [outboxEvent(TYPE), outboxEvent(TYPE)]
    const handled: string[] = []
    const givenUp: string[] = []
    const { backbone } = await run([])
    const consumer = await consumeInOrder(
      backbone,
      {
        name: 'stubborn',
        handlers: {
          [TYPE]: (event) => {
            if (event.id === bad.id) return Promise.reject(new Error('never'))
            handled.push(event.id)
            return Promise.resolve()
          },
        },
        giveUp: (event) => Promise.resolve(void givenUp.push(event.id)),
        tries: 2,
      },
      silentLog,
    )
    await commit(bad, good)
    await until('the good one was handled', () => handled.includes(good.id))
    expect(givenUp).toEqual([bad.id])
    await consumer.stop()
  })

  test('once in effect, however often they are delivered (R75)', async () => {
    const pool = openPool({ url: database.ownerUrl, poolSize: 4, applicationName: 'gpuaas-test' })
    let runs = 0
    const billing: EventConsumer = {
      name: 'billing',
      eventHandlers: {
        // What a unit of work does: the processed row and the effect in one transaction.
        [TYPE]: async (event) => {
          const client = await pool.connect()
          await client.query('BEGIN')
          const { rowCount } = await client.query(
            `INSERT INTO billing.processed_events (consumer, event_id, processed_at) VALUES ('billing', $1, now()) ON CONFLICT DO NOTHING`,
            [event.id],
          )
          if (rowCount === 1) await client.query('INSERT INTO public.effects (event_id) VALUES ($1)', [event.id])
          await client.query('COMMIT')
          client.release()
          runs += 1
        },
      },
    }
    await run([billing])
    const events = Array.from({ length: 5 }, () => outboxEvent(TYPE))
    await commit(...events)
    await until('all were handled', () => runs >= 5)
    for (const redelivery of [1, 2]) {
      await writer.query('UPDATE events.consumers SET position = 0')
      await writer.query(`SELECT pg_notify('events', '')`)
      await until('all were handled again', () => runs >= 5 * (redelivery + 1))
    }
    const { rows } = await writer.query<{ event_id: string }>('SELECT event_id FROM public.effects ORDER BY event_id')
    expect(rows.map((row) => row.event_id)).toEqual(events.map(({ id }) => id).toSorted())
    await pool.end()
  })

  test('again when a handler failed, without holding up the events after', async () => {
    const handled: string[] = []
    let failures = 0
    const [bad, good] = [outboxEvent(TYPE), outboxEvent(TYPE)]
    const consumer: EventConsumer = {
      name: 'billing',
      eventHandlers: {
        [TYPE]: (event) => {
          if (event.id === bad.id && failures < 2) {
            failures += 1
            return Promise.reject(new Error('not yet'))
          }
          handled.push(event.id)
          return Promise.resolve()
        },
      },
    }
    await run([consumer])
    await commit(bad, good)
    await until('the good one was handled', () => handled.includes(good.id))
    await until('the bad one was handled as well', async () => {
      await retryNow()
      return handled.includes(bad.id)
    })
    expect(handled).toEqual([good.id, bad.id])
    expect(await count('events.dead_letters')).toBe(0)
  })

  test('or the dead letters, after the last try, with owner and class of error and without its message', async () => {
    let tries = 0
    const consumer: EventConsumer = {
      name: 'notifications',
      eventHandlers: {
        [TYPE]: () => {
          tries += 1
          return Promise.reject(new TypeError('password=hunter2'))
        },
      },
    }
    await run([consumer], 3)
    const event = outboxEvent(TYPE)
    await commit(event)
    await until('the letter is dead', async () => {
      await retryNow()
      return (await count('events.dead_letters')) === 1
    })
    await until('its job is gone', async () => (await count('graphile_worker._private_jobs')) === 0)
    expect(tries).toBe(3)
    const { rows } = await writer.query('SELECT * FROM events.dead_letters')
    expect(rows[0]).toMatchObject({
      consumer: 'notifications',
      event_id: event.id,
      type: TYPE,
      org_id: event.owner.organizationId,
      project_id: event.owner.projectId,
      correlation_id: `cause-of-${event.id}`,
      data: event.data,
      error_class: 'TypeError',
      tries: 3,
    })
    expect(JSON.stringify(rows)).not.toContain('hunter2')
  })
})
