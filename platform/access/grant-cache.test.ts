import { describe, expect, test } from '@jest/globals'
import { ACCESS_EPOCH_CHANNEL, createGrantCache } from './grant-cache.ts'
import { NO_GRANTS, type Grants } from './grants.ts'
import { ANONYMOUS, principalKey, type Principal } from './principal.ts'
import type { Cache } from '../cache/cache.ts'

const user = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})

const ada = user('ada')
const grace = user('grace')

/** A bus between processes that a test can cut. */
const fanOut = () => {
  const listeners = new Map<string, Set<(message: string) => void>>()
  let isUp = true
  const bus: Pick<Cache, 'publish' | 'subscribe'> = {
    publish: (channel, message) => {
      for (const listener of isUp ? (listeners.get(channel) ?? []) : []) listener(message)
      return Promise.resolve()
    },
    subscribe: (channel, listener) => {
      const held = listeners.get(channel) ?? new Set()
      listeners.set(channel, held.add(listener))
      return Promise.resolve(() => Promise.resolve(void held.delete(listener)))
    },
  }
  return { bus, cut: () => void (isUp = false) }
}

/** A source whose reads a test answers, and a clock that it moves. */
const arrange = (options: { ttlMs?: number; maxPrincipals?: number } = {}) => {
  const network = fanOut()
  let now = 0
  const reads: {
    readonly principal: Principal
    readonly answer: (grants: Grants) => void
    readonly fail: () => void
  }[] = []
  const source = {
    load: (principal: Principal) =>
      new Promise<Grants>((answer, reject) => {
        reads.push({ principal, answer, fail: () => reject(new Error('the database is gone')) })
      }),
  }
  const create = () => createGrantCache({ source, bus: network.bus, clock: { now: () => new Date(now) }, ...options })
  return { create, reads, network, wait: (ms: number) => void (now += ms) }
}

const some: Grants = { ...NO_GRANTS, platform: new Set(['A']) }

describe('the grants of a process', () => {
  test('are read once for callers at the same time, and again after three seconds', async () => {
    const { create, reads, wait } = arrange()
    const cache = create()
    const both = Promise.all([cache.load(ada), cache.load(ada)])
    expect(reads).toHaveLength(1)
    reads[0]?.answer(some)
    expect(await both).toEqual([some, some])
    wait(2_999)
    expect(await cache.load(ada)).toBe(some)
    wait(1)
    void cache.load(ada)
    expect(reads).toHaveLength(2)
  })

  test('that changed are announced without fail, the bus down or not', async () => {
    const bus = { ...fanOut().bus, publish: () => Promise.reject(new Error('the bus is down')) }
    const source = { load: (principal: Principal) => Promise.resolve({ ...NO_GRANTS, disabled: principal === ada }) }
    const cache = createGrantCache({ source, bus, clock: { now: () => new Date(0) } })
    const before = await cache.load(ada)
    await expect(cache.announce('everyone')).resolves.toBeUndefined()
    expect(await cache.load(ada)).not.toBe(before) // dropped in this process all the same
  })

  test('are never asked for an anonymous caller', async () => {
    const { create, reads } = arrange()
    expect(await create().load(ANONYMOUS)).toBe(NO_GRANTS)
    expect(reads).toHaveLength(0)
  })

  test('are dropped in every process when a change is announced, those of the affected alone', async () => {
    const { create, reads } = arrange()
    const [here, there] = [create(), create()]
    await Promise.all([here.start(), there.start()])
    const loads = [there.load(ada), there.load(grace)]
    for (const read of reads) read.answer(some)
    await Promise.all(loads)
    await here.announce([principalKey(ada)])
    void there.load(ada)
    void there.load(grace)
    expect(reads.map(({ principal }) => principal)).toEqual([ada, grace, ada])
  })

  test('that were being read while a change was announced are kept for nobody', async () => {
    const { create, reads } = arrange()
    const cache = create()
    await cache.start()
    const before = cache.load(ada)
    await cache.announce('everyone')
    const after = cache.load(ada)
    reads[0]?.answer(some)
    reads[1]?.answer(NO_GRANTS)
    expect(await before).toBe(some)
    expect(await after).toBe(NO_GRANTS)
    expect(await cache.load(ada)).toBe(NO_GRANTS)
  })

  test('outlive a lost message by their time to live and no longer', async () => {
    const { create, reads, network, wait } = arrange()
    const [here, there] = [create(), create()]
    await Promise.all([here.start(), there.start()])
    const load = there.load(ada)
    reads[0]?.answer(some)
    await load
    network.cut()
    await here.announce('everyone')
    expect(await there.load(ada)).toBe(some)
    wait(3_000)
    void there.load(ada)
    expect(reads).toHaveLength(2)
  })

  test('that could not be read fail those who waited, and are tried again by the next', async () => {
    const { create, reads } = arrange()
    const cache = create()
    const failing = cache.load(ada)
    reads[0]?.fail()
    await expect(failing).rejects.toThrow('the database is gone')
    void cache.load(ada)
    expect(reads).toHaveLength(2)
  })

  test('are read past the cache on demand, which then holds what was read', async () => {
    const { create, reads } = arrange()
    const cache = create()
    const first = cache.load(ada)
    reads[0]?.answer(some)
    await first
    const fresh = cache.fresh(ada)
    reads[1]?.answer(NO_GRANTS)
    expect(await fresh).toBe(NO_GRANTS)
    expect(await cache.load(ada)).toBe(NO_GRANTS)
  })

  test('are there at once as soon as they are read, until they are dropped or too old', async () => {
    const { create, reads, wait } = arrange()
    const cache = create()
    expect(cache.held(ada)).toBeUndefined()
    const load = cache.load(ada)
    expect(cache.held(ada)).toBeUndefined()
    reads[0]?.answer(some)
    await load
    expect(cache.held(ada)).toBe(some)
    await cache.announce(['user:ada'])
    expect(cache.held(ada)).toBeUndefined()
    const again = cache.load(ada)
    reads[1]?.answer(some)
    await again
    expect(cache.held(ada)).toBe(some)
    wait(3_000)
    expect(cache.held(ada)).toBeUndefined()
    expect(cache.held(ANONYMOUS)).toBe(NO_GRANTS)
  })

  test('are held for a bounded number of principals', async () => {
    const { create, reads } = arrange({ maxPrincipals: 2 })
    const cache = create()
    for (const name of ['a', 'b', 'c', 'c', 'b', 'a']) void cache.load(user(name))
    await Promise.resolve()
    expect(reads.map(({ principal }) => principalKey(principal))).toEqual(['user:a', 'user:b', 'user:c', 'user:a'])
  })

  test('tell what is open when they are dropped, until it no longer listens', async () => {
    const { create } = arrange()
    const cache = create()
    await cache.start()
    const heard: unknown[] = []
    const stop = cache.onDropped((affected) => heard.push(affected))
    await cache.announce(['user:ada'])
    stop()
    await cache.announce('everyone')
    expect(heard).toContainEqual(['user:ada'])
    expect(heard).not.toContain('everyone')
    expect(ACCESS_EPOCH_CHANNEL).toBe('access.epoch')
  })
})
