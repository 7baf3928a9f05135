import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { eventually } from './eventually.ts'
import type { Cache, CacheKey } from '../../platform/cache/cache.ts'

export interface CacheUnderTest {
  readonly cache: Cache
  /** Lets time pass, where time is the test's; elsewhere it passes by itself. */
  readonly elapse: (ms: number) => void
  readonly stop: () => Promise<void>
}

/** What every cache promises; run on each implementation, the real server included. */
export const describeCache = (name: string, start: () => Promise<CacheUnderTest>): void => {
  describe(`the cache port, ${name}`, () => {
    let subject: CacheUnderTest
    let cache: Cache
    const fresh = (...parts: string[]): CacheKey => ['test', randomUUID(), ...parts]
    const MINUTE = 60_000

    beforeAll(async () => {
      subject = await start()
      cache = subject.cache
    })
    afterAll(() => subject.stop())

    test('a value is read as it was written, until it is deleted', async () => {
      const key = fresh()
      const value = '{"a":"ä€😀\\u0000\\n"}\u0000\n'
      expect(await cache.get(key)).toBeUndefined()
      await cache.set(key, value, MINUTE)
      expect(await cache.get(key)).toBe(value)
      await cache.set(key, '', MINUTE)
      expect(await cache.get(key)).toBe('')
      await cache.delete(key)
      await cache.delete(key)
      expect(await cache.get(key)).toBeUndefined()
    })

    test('a value is gone when its time is over, and each writing begins its time anew', async () => {
      const [short, renewed] = [fresh(), fresh()]
      await cache.set(short, 'a', 40)
      await cache.set(renewed, 'a', 40)
      await cache.set(renewed, 'b', MINUTE)
      subject.elapse(41)
      await eventually(async () => {
        expect(await cache.get(short)).toBeUndefined()
      })
      expect(await cache.get(renewed)).toBe('b')
    })

    test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a time to live of %d is a fault', async (ttl) => {
      await expect(cache.set(fresh(), 'a', ttl)).rejects.toThrow(RangeError)
      await expect(cache.setIfAbsent(fresh(), 'a', ttl)).rejects.toThrow(RangeError)
      await expect(cache.increment(fresh(), ttl)).rejects.toThrow(RangeError)
    })

    test('of many who set what is absent, one succeeds, and again after it is gone', async () => {
      const key = fresh()
      const race = async (ttl: number): Promise<number> => {
        const wins = await Promise.all(Array.from({ length: 50 }, (_, n) => cache.setIfAbsent(key, n.toString(), ttl)))
        return wins.filter((won) => won).length
      }
      expect(await race(40)).toBe(1)
      subject.elapse(41)
      await eventually(async () => {
        expect(await cache.get(key)).toBeUndefined()
      })
      expect(await race(MINUTE)).toBe(1)
      await cache.delete(key)
      expect(await race(MINUTE)).toBe(1)
    })

    test('of many who take a value, one gets it', async () => {
      const key = fresh()
      await cache.set(key, 'ticket', MINUTE)
      const taken = await Promise.all(Array.from({ length: 50 }, () => cache.take(key)))
      expect(taken.filter((value) => value === 'ticket')).toHaveLength(1)
      expect(taken.filter((value) => value === undefined)).toHaveLength(49)
    })

    test('increments are all counted, and only the first starts the time', async () => {
      const key = fresh()
      const counts = await Promise.all(Array.from({ length: 50 }, () => cache.increment(key, 200)))
      expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
      expect(await cache.get(key)).toBe('50')
      await cache.increment(key, MINUTE)
      subject.elapse(201)
      await eventually(async () => {
        expect(await cache.get(key)).toBeUndefined()
      })
      expect(await cache.increment(key, MINUTE)).toBe(1)
    })

    test('what is no number cannot be incremented', async () => {
      const key = fresh()
      await cache.set(key, 'text', MINUTE)
      await expect(cache.increment(key, MINUTE)).rejects.toThrow()
      expect(await cache.get(key)).toBe('text')
    })

    test('R98: no two keys share a value, whatever separators their parts hold', async () => {
      const part = fc.oneof(
        fc.string({ maxLength: 4 }),
        fc.constantFrom('', ':', '::', '*', '%', '%003a', 'a:b', '?', '[a]', '\\', '\ud800'),
      )
      const parts = fc.array(part, { minLength: 1, maxLength: 4 })
      await fc.assert(
        fc.asyncProperty(parts, parts, async (a, b) => {
          const [family, ...rest] = fresh()
          const [one, other]: CacheKey[] = [
            [family, ...rest, ...a],
            [family, ...rest, ...b],
          ]
          if (one === undefined || other === undefined || JSON.stringify(a) === JSON.stringify(b)) return
          await cache.set(one, 'one', MINUTE)
          expect(await cache.get(other)).toBeUndefined()
          await cache.deleteUnder(other)
          expect(await cache.get(one)).toBe(b.every((text, at) => text === a[at]) ? undefined : 'one')
        }),
        { numRuns: 200 },
      )
    })

    test('R98: deleting tenant a leaves tenant ab', async () => {
      const family = randomUUID()
      const kept: CacheKey[] = [
        ['test', family, 'ab', 'x'],
        ['test', family, 'b'],
        ['test', `${family}x`, 'a'],
        ['test', family, '*', 'x'],
        ['test', family, 'a:x'],
      ]
      const dropped: CacheKey[] = [
        ['test', family, 'a'],
        ['test', family, 'a', 'x'],
        ['test', family, 'a', 'y', 'z'],
        ...many(family, 2500),
      ]
      await inBatches([...kept, ...dropped], (key) => cache.set(key, 'v', MINUTE))
      await cache.deleteUnder(['test', family, 'a'])
      const valuesOf = (keys: CacheKey[]) => inBatches(keys, (key) => cache.get(key))
      expect(new Set(await valuesOf(dropped))).toEqual(new Set([undefined]))
      expect(await valuesOf(kept)).toEqual(kept.map(() => 'v'))
    })

    test('every listener of a channel hears what is published, until it leaves; other channels do not', async () => {
      const channel = `test.${randomUUID()}` as const
      const heard: string[] = []
      const leaveA = await cache.subscribe(channel, (message) => heard.push(`a ${message}`))
      const leaveB = await cache.subscribe(channel, (message) => heard.push(`b ${message}`))
      const leaveOther = await cache.subscribe(`${channel}x`, (message) => heard.push(`other ${message}`))
      await cache.publish(channel, '1')
      await eventually(() => {
        expect(heard.toSorted()).toEqual(['a 1', 'b 1'])
      })
      await leaveA()
      await leaveA()
      await cache.publish(channel, '2')
      await eventually(() => {
        expect(heard).toContain('b 2')
      })
      expect(heard).not.toContain('a 2')
      await Promise.all([leaveB(), leaveOther()])
    })

    test('a listener that joins while the last one leaves hears what follows', async () => {
      const channel = `test.${randomUUID()}` as const
      const heard: string[] = []
      const leave = await cache.subscribe(channel, () => undefined)
      const [stay] = await Promise.all([cache.subscribe(channel, (message) => heard.push(message)), leave()])
      await cache.publish(channel, 'here')
      await eventually(() => {
        expect(heard).toEqual(['here'])
      })
      await stay()
    })

    test('a listener that throws keeps nothing from the others', async () => {
      const channel = `test.${randomUUID()}` as const
      const heard: string[] = []
      await cache.subscribe(channel, () => {
        throw new Error('listener')
      })
      await cache.subscribe(channel, (message) => heard.push(message))
      await cache.publish(channel, 'still')
      await eventually(() => {
        expect(heard).toEqual(['still'])
      })
    })

    test('ping answers', async () => {
      await expect(cache.ping()).resolves.toBeUndefined()
    })
  })
}

/** So that none of many commands waits longer for the others than a command may take. */
const inBatches = async <T>(keys: readonly CacheKey[], work: (key: CacheKey) => Promise<T>): Promise<T[]> => {
  const done: T[] = []
  for (let at = 0; at < keys.length; at += BATCH)
    done.push(...(await Promise.all(keys.slice(at, at + BATCH).map(work))))
  return done
}

const BATCH = 100

const many = (family: string, count: number): CacheKey[] =>
  Array.from({ length: count }, (_, n): CacheKey => ['test', family, 'a', 'many', n.toString()])
