import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { outboxEvent, writeOutbox, type OutboxEvent } from '../../test/testkit/event-outbox.ts'
import { until } from '../../test/testkit/until.ts'
import { silentLog } from '../log/log.ts'
import { OUTBOX_SCHEMAS } from './outboxes.ts'
import { createPostgresBackbone } from './postgres-backbone.ts'
import { startRelay, type Relay } from './relay.ts'

const PROGRAM = fileURLToPath(new URL('../../test/testkit/relay-process.ts', import.meta.url))

describe('the relay (R73)', () => {
  let database: TestDatabase
  let writer: Client
  const relays: Relay[] = []
  const processes: ChildProcess[] = []

  const spawnRelay = (step: string): ChildProcess => {
    const child = spawn(process.execPath, [PROGRAM, database.urlOf('relay'), step], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    processes.push(child)
    return child
  }
  const startRelayHere = (options: { pollMs?: number; standbyMs?: number; onLead?: () => void } = {}): Relay => {
    const backbone = createPostgresBackbone({ url: database.urlOf('relay') })
    const { onLead, ...rest } = options
    const metrics = {
      leads: (leading: boolean) => {
        if (leading) onLead?.()
      },
      published: () => undefined,
      lag: () => undefined,
    }
    const relay = startRelay({
      url: database.urlOf('relay'),
      backbone,
      log: silentLog,
      standbyMs: 20,
      metrics,
      ...rest,
    })
    const both = { stop: () => relay.stop().then(() => backbone.close()) }
    relays.push(both)
    return both
  }
  const commit = async (schema: string, ...events: readonly OutboxEvent[]): Promise<void> => {
    await writer.query('BEGIN')
    for (const event of events) await writeOutbox(writer, schema, event)
    await writer.query('COMMIT')
  }
  const logged = async (): Promise<readonly string[]> => {
    const { rows } = await writer.query<{ id: string }>('SELECT id FROM events.log ORDER BY seq')
    return rows.map(({ id }) => id)
  }
  const waiting = async (): Promise<number> => {
    const union = OUTBOX_SCHEMAS.map((schema) => `SELECT id FROM ${schema}.outbox`).join(' UNION ALL ')
    const { rows } = await writer.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM (${union}) AS outbox`,
    )
    return rows[0]?.waiting ?? 0
  }
  const emptied = () => until('the outboxes are empty', async () => (await waiting()) === 0)

  beforeAll(async () => {
    database = await createTestDatabase()
    writer = await database.connect('owner')
  })
  beforeEach(() => writer.query('TRUNCATE events.log'))
  afterEach(async () => {
    for (const child of processes.splice(0)) child.kill('SIGKILL')
    await Promise.all(relays.splice(0).map((relay) => relay.stop()))
  })
  afterAll(() => database.drop())

  test('publishes what was committed, of every domain, and empties the outboxes', async () => {
    const events = OUTBOX_SCHEMAS.map(() => outboxEvent())
    for (const [index, schema] of OUTBOX_SCHEMAS.entries()) await commit(schema, ...events.slice(index, index + 1))
    startRelayHere()
    await emptied()
    expect(await logged()).toEqual(events.map(({ id }) => id))
    const { rows } = await writer.query('SELECT * FROM events.log ORDER BY seq LIMIT 1')
    expect(rows[0]).toMatchObject({
      type: 'storage.bucket_created',
      correlation_id: `cause-of-${String(events[0]?.id)}`,
      org_id: events[0]?.owner.organizationId,
      project_id: events[0]?.owner.projectId,
      data: events[0]?.data,
    })
  })

  test('publishes nothing of a transaction that was rolled back', async () => {
    startRelayHere({ pollMs: 20 })
    const [undone, kept] = [outboxEvent(), outboxEvent()]
    await writer.query('BEGIN')
    await writeOutbox(writer, 'compute', undone)
    await writer.query('ROLLBACK')
    await commit('compute', kept)
    await until('the committed one is published', async () => (await logged()).length > 0)
    await emptied()
    expect(await logged()).toEqual([kept.id])
  })

  test('publishes an event whose id is older than those already published', async () => {
    startRelayHere()
    const [older, newer] = [outboxEvent(), outboxEvent()]
    const slow = await database.connect('owner')
    await slow.query('BEGIN')
    await writeOutbox(slow, 'compute', older)
    await commit('compute', newer)
    await until('the newer one is published', async () => (await logged()).includes(newer.id))
    await slow.query('COMMIT')
    await until('the older one is published', async () => (await logged()).includes(older.id))
    expect(await logged()).toEqual([newer.id, older.id])
  })

  test.each(['before-publishing', 'half-published', 'before-deleting'])(
    'killed %s, it publishes each event once and in order after the restart',
    async (step) => {
      const events = Array.from({ length: 7 }, () => outboxEvent())
      await commit('billing', ...events.slice(0, 4))
      await commit('iam', ...events.slice(4))
      const [, signal] = (await once(spawnRelay(step), 'exit')) as [number | null, string | null] // as Node documents it
      expect(signal).toBe('SIGKILL')
      expect(await waiting()).toBe(7)

      startRelayHere()
      await emptied()
      expect(await logged()).toEqual(events.map(({ id }) => id))
    },
  )

  test('needs no notification: a lost one costs a poll', async () => {
    startRelayHere({ pollMs: 30 })
    const event = outboxEvent()
    await writer.query(
      `INSERT INTO iam.outbox (id, type, version, occurred_at, correlation_id, causation_id, org_id, project_id, data)
       VALUES ($1, $2, 1, now(), 'quiet', 'quiet', $3, $4, $5)`,
      [event.id, event.type, event.owner.organizationId, event.owner.projectId, event.data],
    )
    await emptied()
    expect(await logged()).toEqual([event.id])
  })

  test('of two one leads, and the other takes over when it is killed', async () => {
    const leader = spawnRelay('never')
    if (leader.stdout === null) throw new Error('the child has no output')
    await once(leader.stdout, 'data')
    let led = false
    startRelayHere({ onLead: () => (led = true) })

    const [first, second] = [outboxEvent(), outboxEvent()]
    await commit('storage', first)
    await emptied()
    expect(led).toBe(false)

    const killed = once(leader, 'exit')
    leader.kill('SIGKILL')
    await killed
    await commit('storage', second)
    await emptied()
    expect(led).toBe(true)
    expect(await logged()).toEqual([first.id, second.id])
  })

  test('leads again when its connection was cut', async () => {
    let leaderships = 0
    startRelayHere({ onLead: () => (leaderships += 1) })
    await until('it leads', () => leaderships === 1)
    await writer.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gpuaas-relay'
                        AND datname = current_database()`)
    const event = outboxEvent()
    await commit('notifications', event)
    await until('it leads again', () => leaderships === 2)
    await emptied()
    expect(await logged()).toEqual([event.id])
  })
})
