import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { VISION } from './demo-ids.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../platform/database/embedded/embedded-postgres.ts'
import { findFreePort } from '../../platform/database/embedded/free-port.ts'
import { silentLog } from '../../platform/log/log.ts'
import { copyDataDirectory } from '../testkit/data-directory.ts'
import { eventually } from '../testkit/eventually.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { ask } from '../testkit/product.ts'
import { runDirectory } from '../testkit/run-directory.ts'
import { startRedis, type TestRedis } from '../testkit/redis.ts'
import { expectCatalogued } from '../testkit/refusal.ts'
import { subscribe } from '../testkit/subscriber.ts'

/** The product on stores that others run, and that can be taken away while it runs. */
let directory: string
let port: number
let postgres: EmbeddedPostgres
let redis: TestRedis
let product: EmbeddedProduct

const startDatabase = async (): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ directory, port, settings: { fsync: 'off' }, log: silentLog, progress: () => undefined })

beforeAll(async () => {
  directory = await mkdtemp(join(runDirectory(), 'outage-'))
  await copyDataDirectory(directory)
  port = await findFreePort()
  ;[postgres, redis] = await Promise.all([startDatabase(), startRedis()])
  product = await startEmbedded({ DATABASE_URL: postgres.url, REDIS_URL: redis.url })
}, 120_000)

afterAll(async () => {
  await product.stop()
  await Promise.all([postgres.stop(), redis.stop()])
  await rm(directory, { recursive: true, force: true })
}, 60_000)

const OWNER = 'owner@northwind.example'

const asOwner = async <Data>(query: string, variables: Readonly<Record<string, unknown>> = {}) =>
  ask<Data>(product.urls[0], query, { variables, token: await product.tokenOf(OWNER) })

const health = async (name: 'live' | 'ready'): Promise<number> =>
  (await fetch(`${product.urls[0]}/health/${name}`)).status

const allocate = async (name: string): Promise<string> => {
  const { data, errors } = await asOwner<{ createAllocation: { allocation: { id: string } } }>(
    `mutation ($project: ID!, $name: String!) {
       createAllocation(input: { projectId: $project, name: $name, skuCode: "l40s-1" }) { allocation { id } } }`,
    { project: VISION, name },
  )
  expect(errors).toEqual([])
  return String(data?.createAllocation.allocation.id)
}

const release = async (id: string): Promise<void> => {
  const { data } = await asOwner(
    'mutation ($id: ID!) { releaseAllocation(input: { allocationId: $id }) { userErrors { code } } }',
    { id },
  )
  expect(data).toEqual({ releaseAllocation: { userErrors: [] } })
}

const chargesOf = async (id: string): Promise<readonly unknown[]> => {
  const { data } = await asOwner<{ project: { charges: { edges: { node: { resourceId: string } }[] } } }>(
    'query ($id: ID!) { project(id: $id) { charges(first: 100) { edges { node { resourceId } } } } }',
    { id: VISION },
  )
  return (data?.project.charges.edges ?? []).filter(({ node }) => node.resourceId === id)
}

const NOTIFICATIONS = 'subscription { notifications { subject title } }'

const listen = async () => {
  const live = await subscribe<{ notifications: { subject: string; title: string } }>(
    product.urls[0],
    await product.tokenOf(OWNER),
    NOTIFICATIONS,
  )
  const released = (id: string) =>
    live.received().filter(({ notifications: { subject, title } }) => subject === id && /released/i.test(title))
  return { released, close: live.close }
}

const DASHBOARD = `query ($id: ID!) {
  viewer { email } skus { edges { cursor } } unreadNotificationCount
  project(id: $id) { name allocations { edges { cursor } } buckets { edges { cursor } } spend { amount { currency } } }
}`

test('a database that is lost and comes back: clear errors meanwhile, and everything goes on without a restart', async () => {
  const live = await listen()
  const before = await allocate('before-the-outage')
  await release(before)
  await eventually(() => {
    expect(live.released(before)).toHaveLength(1)
  })
  const id = await allocate('through-the-outage')
  // Their jobs run, or wait, when it begins.
  const meanwhile = await Promise.all(['one', 'two', 'three'].map((name) => allocate(`meanwhile-${name}`)))
  await postgres.stop()
  try {
    for (const [query, variables] of [
      [DASHBOARD, { id: VISION }],
      ['{ viewer { email } }', {}],
      ['mutation ($id: ID!) { releaseAllocation(input: { allocationId: $id }) { userErrors { code } } }', { id }],
    ] as const) {
      const { errors } = await asOwner(query, variables)
      const codes = new Set(await expectCatalogued(errors))
      expect([...codes]).toEqual(['DATABASE_UNAVAILABLE'])
    }
    expect([await health('live'), await health('ready')]).toEqual([200, 503])
  } finally {
    postgres = await startDatabase()
  }

  await eventually(async () => {
    expect(await health('ready')).toBe(200)
  }, 20_000)
  expect((await asOwner(DASHBOARD, { id: VISION })).errors).toEqual([])
  await release(id)
  await eventually(async () => {
    expect(await chargesOf(id)).toHaveLength(1)
  }, 20_000)
  await eventually(() => {
    expect(live.released(id)).toHaveLength(1)
  })
  for (const other of meanwhile) {
    await eventually(async () => {
      const { data } = await asOwner('query ($id: ID!) { allocation(id: $id) { state } }', { id: other })
      expect(data).toEqual({ allocation: { state: 'ACTIVE' } })
    }, 30_000)
  }
  await live.close()
}, 120_000)

test('R71: a bus that is lost makes nothing fail and nothing lost: queries answer, notifications arrive later', async () => {
  const live = await listen()
  const id = await allocate('without-the-bus')
  await redis.kill()
  expect((await asOwner(DASHBOARD, { id: VISION })).errors).toEqual([])
  await release(id)
  await eventually(() => {
    expect(live.released(id)).toHaveLength(1)
  }, 20_000)

  const later = await listen()
  const second = await allocate('still-without-the-bus')
  await release(second)
  await eventually(() => {
    expect([live.released(second).length, later.released(second).length]).toEqual([1, 1])
  }, 20_000)

  await redis.restart()
  const third = await allocate('with-the-bus-again')
  await release(third)
  await eventually(() => {
    expect([live.released(third).length, later.released(third).length]).toEqual([1, 1])
  }, 20_000)
  expect(await chargesOf(id)).toHaveLength(1)
  await Promise.all([live.close(), later.close()])
}, 120_000)
