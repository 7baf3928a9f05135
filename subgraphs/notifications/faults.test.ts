import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { v7 } from 'uuid'
import type { Grants } from '../../platform/access/grants.ts'
import type { ProjectScope } from '../../platform/access/scope.ts'
import type { Cache } from '../../platform/cache/cache.ts'
import { connectRedisCache } from '../../platform/cache/redis-cache.ts'
import type { IdGenerator } from '../../platform/ids/generator.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { startRedis, type TestRedis } from '../../test/testkit/redis.ts'
import { membership } from '../../test/testkit/serve-subgraph.ts'
import { eventually } from '../../test/testkit/eventually.ts'
import { until } from '../../test/testkit/until.ts'
import { naiveReader } from './testkit/naive-reader.ts'
import { startReader, type Reading } from './testkit/reader.ts'
import { streamingProcess } from './testkit/open-stream.ts'
import { createTestPost, type BusKind, type TestPost } from './testkit/test-post.ts'

let post: TestPost
let project: ProjectScope
let user: Uuid
let grants: Grants
let redis: TestRedis
let cache: Cache

beforeAll(async () => {
  ;[post, redis] = await Promise.all([createTestPost(), startRedis()])
  project = post.tenants.a1
  user = await post.user('developer', project)
  grants = membership('developer', [project], [project.organizationId], user)
  cache = await connectRedisCache({ url: redis.url, log: silentLog })
}, 60_000)

beforeEach(async () => {
  for (const table of ['notifications', 'channels', 'reading_positions', 'processed_events'])
    await post.rows(`delete from notifications.${table}`)
})

const readings = new Set<Reading>()
afterEach(async () => {
  await Promise.all([...readings].map((reading) => reading.stop()))
  readings.clear()
})

afterAll(async () => {
  await cache.close()
  await Promise.all([redis.stop(), post.drop()])
})

const WRITERS = 8
const ROUNDS = 6
const READERS = 10
const HOUR_MS = 3_600_000

/** Writers of other processes: the clock of each is off by an hour more than that of the one before. */
const skewed = (hours: number): IdGenerator => ({
  next: () => v7({ msecs: post.clock.now().getTime() + hours * HOUR_MS }) as Uuid, // canonical by construction
})

const platformOf = (bus: BusKind | Cache, writer = 0): SubgraphPlatform => {
  const ids = skewed(writer - WRITERS / 2)
  return typeof bus === 'string' ? post.platform(bus, ids) : { ...post.platform('working', ids), cache: bus }
}

/** Each writes to the user's channel and to the organization's, in turns, and none waits for another. */
const write = (bus: BusKind | Cache, meanwhile: (round: number) => Promise<void> = () => Promise.resolve()) =>
  Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const platform = platformOf(bus, writer)
      for (let round = 0; round < ROUNDS; round += 1) {
        await post.handle(post.released(project), platform)
        await post.tellMembers(project.organizationId, { platform })
        if (writer === 0) await meanwhile(round)
      }
    }),
  )

const EACH = Array.from({ length: WRITERS * ROUNDS }, (_, index) => index + 1)

/** Many readers in two processes, which come back at random; and one that reads by `id > cursor`. */
const read = (bus: BusKind | Cache) => {
  const processes = [0, 1].map(() =>
    streamingProcess({ platform: platformOf(bus), grants: () => grants, pollEveryMs: 20 }),
  )
  const started = Array.from({ length: READERS }, (_, index) => {
    const reading = startReader(processes[index % 2], user, [user, project.organizationId])
    readings.add(reading)
    return reading
  })
  const naive = naiveReader(post, [user, project.organizationId])
  return { started, naive }
}

/** Everything was read by everybody, each once and in the order of its channel; by the naive reader it was not. */
const expectWhole = async ({ started, naive }: ReturnType<typeof read>) => {
  const total = EACH.length * 2
  await until(
    'every reader has read as much as was written',
    () => started.every(({ seen }) => seen.length >= total),
    60_000,
  )
  const missedByNaive = await naive.stop(total)
  for (const { seen } of started) {
    for (const channel of [user, project.organizationId]) {
      expect(seen.filter((one) => one.channel === channel).map(({ sequence }) => sequence)).toEqual(EACH)
    }
    expect(seen).toHaveLength(total)
  }
  expect(missedByNaive).toBeGreaterThan(0)
}

describe('with eight writers whose clocks differ, and readers that come back at random', () => {
  test.each<BusKind>(['working', 'losing', 'repeating', 'reordering', 'down'])(
    'R69, R71: nothing is missed and nothing repeated over a bus that is %s; who reads by `id > cursor` misses some',
    async (bus) => {
      const reading = read(bus)
      await write(bus)
      await expectWhole(reading)
    },
    120_000,
  )

  test('R71: nothing is missed and nothing repeated while Redis is killed and comes back', async () => {
    const reading = read(cache)
    await write(cache, async (round) => {
      if (round === 1) await redis.kill()
      if (round === 4) await redis.restart()
    })
    await expectWhole(reading)
  }, 120_000)

  test('nothing is missed and nothing repeated while the database ends every connection', async () => {
    const reading = read('working')
    let ended = 0
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        const platform = platformOf('working', writer)
        for (let round = 0; round < ROUNDS; round += 1) {
          // As the worker does: an event that failed is handled again, and told once.
          const event = post.released(project)
          await eventually(() => post.handle(event, platform))
          const eventId = skewed(0).next()
          await eventually(() => post.tellMembers(project.organizationId, { platform, eventId }))
          if (writer !== 0) continue
          const rows = await post.rows<{ count: number }>(
            `select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
             where datname = current_database() and usename = 'gpuaas_notifications'`,
          )
          ended += rows[0]?.count ?? 0
        }
      }),
    )
    expect(ended).toBeGreaterThan(0)
    await expectWhole(reading)
  }, 120_000)
})
