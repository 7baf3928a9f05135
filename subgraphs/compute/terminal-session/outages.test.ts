import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Cache } from '../../../platform/cache/cache.ts'
import { connectRedisCache } from '../../../platform/cache/redis-cache.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { eventually } from '../../../test/testkit/eventually.ts'
import { startRedis, type TestRedis } from '../../../test/testkit/redis.ts'
import type { AllocationId } from '../allocation/model.ts'
import { createCompute, type Compute } from '../context.ts'
import { createTestCloud, type TestCloud } from '../testkit/test-cloud.ts'
import { terminalSteps } from '../testkit/terminal-steps.ts'
import {
  createTestTerminals,
  type TestGateway,
  type TestPerson,
  type TestTerminals,
} from '../testkit/test-terminals.ts'

const OPEN = 'COMPUTE_TERMINAL_OPEN'

let cloud: TestCloud
let redis: TestRedis
let caches: readonly Cache[]
let compute: Compute
let terminals: TestTerminals
let project: ProjectScope
let allocation: AllocationId
let ada: TestPerson
let first: TestGateway
let second: TestGateway

/** Three processes: compute and two gateways, each with connections of its own. */
beforeAll(async () => {
  cloud = await createTestCloud()
  redis = await startRedis()
  await cloud.region('here')
  await cloud.sku('slice', { shape: 'VM_SLICE', gpuCount: 1 })
  await cloud.node('n1')
  project = await cloud.project()
  caches = await Promise.all([1, 2, 3].map(() => connectRedisCache({ url: redis.url, log: silentLog })))
  const [own, ofFirst, ofSecond] = caches
  if (own === undefined || ofFirst === undefined || ofSecond === undefined) throw new Error('three were asked for')
  compute = createCompute({
    ...{ database: cloud.database, cache: own, clock: systemClock, ids: systemIds, log: silentLog },
    audience: () => Promise.resolve([]),
  })
  terminals = createTestTerminals(cloud)
  allocation = await terminals.activeAllocation(project)
  ada = terminals.person()
  ada.may(project, OPEN)
  first = await terminals.gateway({ cache: ofFirst, id: 'g-first' })
  second = await terminals.gateway({ cache: ofSecond, id: 'g-second', held: () => 50 })
}, 60_000)
afterAll(async () => {
  await terminals.stop()
  await Promise.all(caches.map((cache) => cache.close()))
  await redis.stop()
  await cloud.drop()
})

const { open, reattach, attach, held, sessionOf } = terminalSteps(() => ({
  ...{ compute, project, allocation, opener: ada, gateway: first },
}))

test('R42: two processes race to redeem one token on a shared Redis: one of fifty wins', async () => {
  const before = { ...terminals.counts }
  const { token } = await open()
  // Both say that they are the gateway of the token: what decides is the one `GETDEL`.
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      (index % 2 === 0 ? first : second).sessions.redeem({ token, gatewayId: first.id }),
    ),
  )
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
  expect(answers.filter((answer) => !answer.ok && answer.code === 'TERMINAL_TOKEN_REPLAYED')).toHaveLength(49)
  expect(terminals.counts.consumed - before.consumed).toBe(1)
  expect(terminals.counts.replayed - before.replayed).toBe(49)
})

test('two clients race to attach to one session: each step is taken once, and one attachment holds it', async () => {
  const opened = await open()
  const again = await reattach(opened.session.id)
  const tickets = await Promise.all(
    [opened, again].map(async ({ token }) => first.sessions.redeem({ token, gatewayId: first.id })),
  )
  const standings = await Promise.all(
    tickets.map(async (redeemed) => (redeemed.ok ? first.sessions.connecting(redeemed.ticket) : 'refused')),
  )
  expect(standings).toContain('ok')
  expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'CONNECTING', generation: 2 })
})

test('with the bus killed a gateway still learns of an end, and tokens say that they cannot be had', async () => {
  const [ended, revoked] = [await open(), await open()]
  const { endings } = held(await attach(ended))
  const { endings: left } = held(await attach(revoked))
  await redis.kill()
  try {
    await compute.terminals.close(ada.grant(project, OPEN), 'own', ended.session.id)
    await eventually(() => {
      expect(endings).toEqual([{ kind: 'closed', reason: 'CLOSED_BY_USER', exitCode: undefined }])
    })
    await expect(open()).rejects.toMatchObject({ code: 'CACHE_UNAVAILABLE' })
    await expect(first.sessions.redeem({ token: 'A'.repeat(64), gatewayId: first.id })).rejects.toMatchObject({
      code: 'CACHE_UNAVAILABLE',
    })
    ada.may(project, 'PROJECT_READ')
    await eventually(() => {
      expect(left).toEqual([{ kind: 'closed', reason: 'REVOKED', exitCode: undefined }])
    })
    await eventually(async () => {
      expect(await sessionOf(revoked.session.id)).toMatchObject({ state: 'CLOSED', closeReason: 'REVOKED' })
    })
  } finally {
    ada.may(project, OPEN)
    await redis.restart()
  }
  // Back: what was minted before is forgotten with the server, and a session is attached to with a new token.
  const opened = await eventually(() => open(), 20_000)
  const ticket = await attach(opened)
  expect(await first.sessions.closed(ticket, 'EXIT', 0)).toBe('ok')
})
