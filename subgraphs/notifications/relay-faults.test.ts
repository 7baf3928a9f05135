import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Client } from 'pg'
import { eventJobs, startDispatcher } from '../../platform/events/dispatcher.ts'
import { allocationReleased } from '../../platform/events/catalogue.ts'
import type { EventEnvelope } from '../../platform/events/envelope.ts'
import { createPostgresBackbone } from '../../platform/events/postgres-backbone.ts'
import { startRelay } from '../../platform/events/relay.ts'
import { ownedId, type Uuid } from '../../platform/ids/id.ts'
import { createJobQueue } from '../../platform/jobs/queue.ts'
import { startWorker } from '../../platform/jobs/worker.ts'
import { silentLog } from '../../platform/log/log.ts'
import { writeOutbox } from '../../test/testkit/event-outbox.ts'
import { membership } from '../../test/testkit/serve-subgraph.ts'
import { until } from '../../test/testkit/until.ts'
import { notifications } from './index.ts'
import { streamingProcess } from './testkit/open-stream.ts'
import { createTestPost, type TestPost } from './testkit/test-post.ts'

const EVENTS = 7

let post: TestPost
let owner: Client
let user: Uuid
let stopDelivering: () => Promise<void>

/** The product's way from the log to people: consumers, jobs, notices. Only the relay is started by each test. */
const deliver = async (): Promise<() => Promise<void>> => {
  const [backbone, queue] = [
    createPostgresBackbone({ url: post.test.urlOf('worker') }),
    createJobQueue({ url: post.test.urlOf('worker'), log: silentLog }),
  ]
  const { eventHandlers } = notifications.start(post.platform())
  const subgraphs = [{ name: 'notifications', eventHandlers }]
  const dispatcher = await startDispatcher({ backbone, subgraphs, queue, log: silentLog })
  const worker = await startWorker({ url: post.test.urlOf('worker'), jobs: eventJobs(subgraphs), log: silentLog })
  return async () => {
    await dispatcher.stop()
    await worker.stop()
    await queue.stop()
    await backbone.close()
  }
}

beforeAll(async () => {
  post = await createTestPost()
  owner = await post.test.connect('owner')
  user = await post.user('developer', post.tenants.a1)
  stopDelivering = await deliver()
}, 60_000)

beforeEach(async () => {
  for (const table of ['notifications', 'channels', 'reading_positions'])
    await post.rows(`delete from notifications.${table}`)
})

afterAll(async () => {
  await stopDelivering()
  await post.drop()
})

const subjectOf = ({ data }: EventEnvelope): string =>
  ownedId('alc', post.tenants.a1.projectId, allocationReleased.schema.parse(data).allocationId).text

const commit = async (events: readonly EventEnvelope[]): Promise<void> => {
  const { organizationId, projectId } = post.tenants.a1
  await owner.query('begin')
  for (const { id, type, data } of events)
    await writeOutbox(owner, 'compute', {
      id,
      type,
      data: Object(data) as object,
      owner: { organizationId, projectId },
    }) // of an event
  await owner.query('commit')
}

const startStandby = () => {
  const backbone = createPostgresBackbone({ url: post.test.urlOf('relay') })
  const relay = startRelay({ url: post.test.urlOf('relay'), backbone, log: silentLog, standbyMs: 20 })
  return { stop: () => relay.stop().then(() => backbone.close()) }
}

const start = (program: 'relay-process' | 'naive-relay-process', step: string) => {
  const path = fileURLToPath(new URL(`../../test/testkit/${program}.ts`, import.meta.url))
  const child = spawn(process.execPath, [path, post.test.urlOf('relay'), step], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { leads: once(child.stdout, 'data'), ended: once(child, 'exit') }
}

/** As long as it is open. */
const readOn = async () => {
  const { a1 } = post.tenants
  const grants = membership('developer', [a1], [a1.organizationId], user)
  const { stream } = await streamingProcess({ platform: post.platform(), grants: () => grants, pollEveryMs: 50 }).open()
  const shown: { readonly subject: string | null; readonly place: number }[] = []
  const reading = (async () => {
    for (let next = await stream.next(); next.value !== undefined; next = await stream.next())
      shown.push({ subject: next.value.subject, place: Number(next.value.sequence) })
  })()
  const stop = () => Promise.all([stream.return?.(), reading])
  return { shown, stop }
}

/** What an open subscription shows of some events, of which `relay` has the first word, and of one that follows them. */
const shownOf = async (relay: (events: readonly EventEnvelope[]) => Promise<{ stop: () => Promise<void> }>) => {
  const { shown, stop } = await readOn()
  const events = Array.from({ length: EVENTS }, () => post.released(post.tenants.a1))
  const standby = await relay(events)
  const last = post.released(post.tenants.a1)
  await commit([last])
  await until('the last one is shown', () => shown.some(({ subject }) => subject === subjectOf(last)))
  const counted = async (table: string) => (await post.rows(`select from ${table}`)).length
  // The log is queued in its order: whatever else is to be told is a job by now, or was one.
  await until('nothing is left to do', async () => (await counted('graphile_worker._private_jobs')) === 0)
  await until('all that was told is shown', async () => (await counted('notifications.notifications')) === shown.length)
  await stop()
  await standby.stop()
  return { shown, wanted: [...events, last].map(subjectOf) }
}

describe('an open subscription, while the leader of the relays is killed', () => {
  test.each(['before-publishing', 'half-published', 'before-deleting', 'after-deleting'])(
    'R73, R75: %s, shows what each event caused once, in the order of the channel',
    async (step) => {
      const { shown, wanted } = await shownOf(async (events) => {
        const leader = start('relay-process', step)
        await leader.leads
        const standby = startStandby()
        await commit(events)
        expect(await leader.ended).toEqual([null, 'SIGKILL'])
        return standby
      })
      expect(shown.map(({ subject }) => subject).toSorted()).toEqual(wanted.toSorted())
      expect(shown.map(({ place }) => place)).toEqual(wanted.map((_, index) => index + 1))
    },
    60_000,
  )

  test.each([
    ['deletes-first', 1],
    ['names-anew', 2 * EVENTS + 1],
  ])(
    'a relay that %s is found out by the same look',
    async (kind, times) => {
      const { shown } = await shownOf(async (events) => {
        await commit(events)
        expect(await start('naive-relay-process', kind).ended).toEqual([null, 'SIGKILL'])
        return startStandby()
      })
      expect(shown).toHaveLength(times)
    },
    60_000,
  )
})
