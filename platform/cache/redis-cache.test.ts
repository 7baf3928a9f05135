import { afterEach, expect, test } from '@jest/globals'
import { eventually } from '../../test/testkit/eventually.ts'
import { startRedis, type TestRedis } from '../../test/testkit/redis.ts'
import { silentLog } from '../log/log.ts'
import type { Cache } from './cache.ts'
import { describeCache } from '../../test/testkit/cache-conformance.ts'
import { connectRedisCache } from './redis-cache.ts'

const open: (() => Promise<void>)[] = []

const connected = async (): Promise<{ redis: TestRedis; cache: Cache }> => {
  const redis = await startRedis()
  open.push(redis.stop)
  const cache = await connectRedisCache({ url: redis.url, log: silentLog })
  open.push(cache.close)
  return { redis, cache }
}

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

describeCache('R98: Redis', async () => {
  const redis = await startRedis()
  const cache = await connectRedisCache({ url: redis.url, log: silentLog })
  return {
    cache,
    elapse: () => undefined,
    stop: async () => {
      await cache.close()
      await redis.stop()
    },
  }
})

const UNAVAILABLE = { code: 'CACHE_UNAVAILABLE' }

test('with Redis killed every command fails fast, and all works again when it is back, subscriptions too', async () => {
  const { redis, cache } = await connected()
  const heard: string[] = []
  await cache.subscribe('test.channel', (message) => heard.push(message))
  await redis.kill()
  await eventually(() => expect(cache.ping()).rejects.toMatchObject(UNAVAILABLE))

  const begin = performance.now()
  await Promise.all([
    expect(cache.get(['test', 'a'])).rejects.toMatchObject(UNAVAILABLE),
    expect(cache.set(['test', 'a'], 'v', 1000)).rejects.toMatchObject(UNAVAILABLE),
    expect(cache.setIfAbsent(['test', 'a'], 'v', 1000)).rejects.toMatchObject(UNAVAILABLE),
    expect(cache.take(['test', 'a'])).rejects.toMatchObject(UNAVAILABLE),
    expect(cache.increment(['test', 'a'], 1000)).rejects.toMatchObject(UNAVAILABLE),
    expect(cache.deleteUnder(['test', 'a'])).rejects.toMatchObject(UNAVAILABLE),
    expect(cache.publish('test.channel', 'lost')).rejects.toMatchObject(UNAVAILABLE),
    expect(cache.subscribe('test.other', () => undefined)).rejects.toMatchObject(UNAVAILABLE),
  ])
  expect(performance.now() - begin).toBeLessThan(1000)

  await redis.restart()
  await eventually(() => cache.set(['test', 'a'], 'v', 60_000))
  expect(await cache.get(['test', 'a'])).toBe('v')
  await eventually(async () => {
    await cache.publish('test.channel', 'back')
    expect(heard).toContain('back')
  })
  expect(heard).not.toContain('lost')
})

test('a command that Redis never answers is given up', async () => {
  const { redis, cache } = await connected()
  redis.pause()
  await expect(cache.get(['test', 'a'])).rejects.toMatchObject(UNAVAILABLE)
  redis.resume()
  await eventually(() => cache.ping())
})

test('connecting to nothing fails at once, by its code, and leaves no connection behind', async () => {
  await expect(connectRedisCache({ url: 'redis://127.0.0.1:1', log: silentLog })).rejects.toMatchObject(UNAVAILABLE)
})

test('two caches on one Redis share values and channels; another namespace shares neither', async () => {
  const { redis, cache } = await connected()
  const [second, stranger] = await Promise.all([
    connectRedisCache({ url: redis.url, log: silentLog }),
    connectRedisCache({ url: redis.url, log: silentLog, namespace: 'other' }),
  ])
  open.push(second.close, stranger.close)
  const heard: string[] = []
  await second.subscribe('test.channel', (message) => heard.push(`second ${message}`))
  await stranger.subscribe('test.channel', (message) => heard.push(`stranger ${message}`))
  await cache.set(['test', 'a'], 'v', 60_000)
  await cache.publish('test.channel', '1')
  await eventually(() => {
    expect(heard).toEqual(['second 1'])
  })
  expect(await second.get(['test', 'a'])).toBe('v')
  expect(await stranger.get(['test', 'a'])).toBeUndefined()
})
