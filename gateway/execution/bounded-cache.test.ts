import { expect, test } from '@jest/globals'
import { BoundedCache } from './bounded-cache.ts'

test('past its limit it forgets what was unused the longest', () => {
  const cache = new BoundedCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.set('c', 3)
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2])
})

test('makes a value once, and again only after it was forgotten', () => {
  const cache = new BoundedCache<object>(1)
  const made = cache.getOrMake('a', () => ({}))
  expect(cache.getOrMake('a', () => ({}))).toBe(made)
  cache.set('b', {})
  expect(cache.getOrMake('a', () => ({}))).not.toBe(made)
})
