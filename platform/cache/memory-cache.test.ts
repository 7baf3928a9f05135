import { expect, test } from '@jest/globals'
import { manualClock } from '../../test/testkit/manual-clock.ts'
import { silentLog } from '../log/log.ts'
import { describeCache } from '../../test/testkit/cache-conformance.ts'
import { createMemoryCache } from './memory-cache.ts'
import { MemoryStore } from './memory-store.ts'

describeCache('R98: in process', () => {
  const clock = manualClock()
  const cache = createMemoryCache({ clock, log: silentLog })
  return Promise.resolve({
    cache,
    elapse: (ms) => {
      clock.advance(ms / 1000)
    },
    stop: cache.close,
  })
})

test('past its number of entries the ones unused for longest are forgotten', () => {
  const store = new MemoryStore(manualClock(), { maxEntries: 3, maxBytes: 1000 })
  for (const key of ['a', 'b', 'c']) store.set(key, 'v', 1000)
  store.get('a')
  store.set('d', 'v', 1000)
  expect(['a', 'b', 'c', 'd'].filter((key) => store.get(key))).toEqual(['a', 'c', 'd'])
})

test('past its bytes the ones unused for longest are forgotten, and a value larger than all is not kept', () => {
  const store = new MemoryStore(manualClock(), { maxEntries: 1000, maxBytes: 1000 })
  for (let n = 0; n < 100; n += 1) store.set(n.toString().padStart(2, '0'), 'x'.repeat(48), 1000)
  expect(store.size).toBe(10)
  expect(store.bytes).toBe(1000)
  store.set('large', 'x'.repeat(1000), 1000)
  expect(store.get('large')).toBeUndefined()
  expect(store.size).toBe(10)
})

test('overwriting does not count twice', () => {
  const store = new MemoryStore(manualClock(), { maxEntries: 10, maxBytes: 1000 })
  for (let n = 0; n < 100; n += 1) store.set('a', 'x'.repeat(n), 1000)
  expect([store.size, store.bytes]).toEqual([1, 200])
  store.delete('a')
  expect([store.size, store.bytes]).toEqual([0, 0])
})

test('a sweep frees what nobody asks for again', () => {
  const clock = manualClock()
  const store = new MemoryStore(clock, { maxEntries: 1000, maxBytes: 100_000 })
  for (let n = 0; n < 100; n += 1) store.set(n.toString(), 'v', n < 60 ? 1000 : 5000)
  clock.advance(1)
  expect(store.size).toBe(100)
  store.sweep()
  expect(store.size).toBe(40)
})
