import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createGrantCache, type GrantCache } from '../../platform/access/grant-cache.ts'
import { principalKey } from '../../platform/access/principal.ts'
import type { Cache } from '../../platform/cache/cache.ts'
import { connectRedisCache } from '../../platform/cache/redis-cache.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { silentLog } from '../../platform/log/log.ts'
import { addressOf, ask, runProgram, type Program } from '../testkit/product.ts'
import { connectSocket, type RawSocket } from '../testkit/raw-socket.ts'
import { startRedis, type TestRedis } from '../testkit/redis.ts'
import { until } from '../testkit/until.ts'
import { world, type World } from '../testkit/world.ts'

/** What is promised (authorization.md), from the commit of the change: with the bus, and without it. */
const BOUND_MS = 1_000
const BOUND_WITHOUT_BUS_MS = 5_000

let tenants: World
let redis: TestRedis
let cache: Cache
let grants: GrantCache
let gateway: Program
let url: string

// This process changes grants and announces it; the gateway of another one has them cached.
beforeAll(async () => {
  ;[tenants, redis] = await Promise.all([
    ['ada', 'bela', 'carol', 'dan', 'grace']
      .reduce((builder, name) => builder.member(name, 'viewer'), world().organization('northwind').project('vision'))
      .build(),
    startRedis(),
  ])
  cache = await connectRedisCache({ url: redis.url, log: silentLog })
  const source = { load: () => Promise.reject(new Error('this process reads no grants')) }
  grants = createGrantCache({ source, bus: cache, clock: systemClock })
  gateway = runProgram('test/testkit/revocable-gateway-process.ts', {}, [tenants.urlOf('access'), redis.url])
  url = await addressOf(gateway)
}, 90_000)

afterAll(async () => {
  gateway.child.kill('SIGKILL')
  await gateway.exited
  await cache.close()
  await Promise.all([redis.stop(), tenants.end()])
})

const codeOf = async (member: string): Promise<string | undefined> => {
  const { errors } = await ask(url, 'query ($id: ID!) { peek(id: $id) }', {
    token: member,
    variables: { id: tenants.projectId('vision') },
  })
  return errors[0]?.extensions.code
}

const subscribe = async (member: string): Promise<RawSocket> => {
  const socket = await connectSocket(url, { authorization: `Bearer ${member}` })
  const variables = { id: tenants.projectId('vision') }
  socket.send({
    id: '1',
    type: 'subscribe',
    payload: { query: 'subscription ($id: ID!) { tick(id: $id) { at } }', variables },
  })
  await socket.message(1)
  return socket
}

const REMOVE = `update iam.project_memberships set deleted_at = now()
                where user_id = (select id from iam.users where subject = $1)`
const DISABLE = 'update iam.users set disabled_at = now() where subject = $1'

/** Commits the change, announces it, and gives the milliseconds from the commit until each has happened. */
const change = async (sql: string, member: string) => {
  await tenants.rows(sql, [member])
  const committed = performance.now()
  const elapsed = (): number => performance.now() - committed
  await grants.announce([principalKey(tenants.principal(member))])
  return {
    when: async (description: string, condition: () => boolean | Promise<boolean>): Promise<number> => {
      await until(description, condition)
      return elapsed()
    },
  }
}

const lastOf = ({ messages }: RawSocket) => messages.at(-1)

describe.each<[name: string, bound: number, arrange: () => Promise<void>, leaver: string, disabled: string]>([
  ['with the bus up', BOUND_MS, () => Promise.resolve(), 'ada', 'bela'],
  ['with the bus down', BOUND_WITHOUT_BUS_MS, () => redis.kill(), 'carol', 'dan'],
])('%s, another process', (_, bound, arrange, leaver, disabled) => {
  test(`R9: heeds a removed membership within ${String(bound)} ms, open subscriptions included`, async () => {
    expect([await codeOf(leaver), await codeOf('grace')]).toEqual([undefined, undefined])
    const [adas, graces] = [await subscribe(leaver), await subscribe('grace')]
    await arrange()
    const { when } = await change(REMOVE, leaver)
    const [denied, ended] = await Promise.all([
      when('the next request is denied', async () => (await codeOf(leaver)) === 'PROJECT_ACCESS_DENIED'),
      when('the subscription has ended', () => lastOf(adas)?.type === 'error'),
    ])
    expect(denied).toBeLessThan(bound)
    expect(ended).toBeLessThan(bound)
    expect(lastOf(adas)?.payload).toMatchObject([{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }])
    // Nothing comes after the denial, and nobody else is affected.
    const [before, hers] = [adas.messages.length, graces.messages.length]
    await until('others have events', () => graces.messages.length > hers + 5)
    expect([adas.messages.length, lastOf(graces)?.type, await codeOf('grace')]).toEqual([before, 'next', undefined])
  })

  test(`R8: heeds a disabled user within ${String(bound)} ms: denied as such, and the connection closed`, async () => {
    const socket = await subscribe(disabled)
    let closed: number | undefined
    socket.socket.once('close', (code) => (closed = code))
    await arrange()
    const { when } = await change(DISABLE, disabled)
    const [denied, ended] = await Promise.all([
      when('the next request is denied', async () => (await codeOf(disabled)) === 'ACTOR_DISABLED'),
      when('the connection has ended', () => closed === 4403),
    ])
    expect(denied).toBeLessThan(bound)
    expect(ended).toBeLessThan(bound)
  })
})
