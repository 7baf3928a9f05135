import { expect, test } from '@jest/globals'
import { VerifiedTokens } from './verified-tokens.ts'

test('a token is remembered until it expires, and not at that moment', () => {
  const tokens = new VerifiedTokens<string>(10)
  tokens.set('t', 'proven', 1000, 0)
  expect(tokens.get('t', 999, 0)).toBe('proven')
  expect(tokens.get('t', 1000, 0)).toBeUndefined()
})

test('what other keys had proven is forgotten, and not remembered when it arrives late', () => {
  const tokens = new VerifiedTokens<string>(10)
  tokens.set('t', 'proven', 1000, 0)
  expect(tokens.get('t', 0, 1)).toBeUndefined()
  tokens.set('t', 'proven', 1000, 0)
  expect(tokens.get('t', 0, 1)).toBeUndefined()
})

test('no more than the capacity is kept: the token used longest ago goes first', () => {
  const tokens = new VerifiedTokens<string>(2)
  tokens.set('a', 'A', 1000, 0)
  tokens.set('b', 'B', 1000, 0)
  tokens.get('a', 0, 0)
  tokens.set('c', 'C', 1000, 0)
  expect(['a', 'b', 'c'].map((token) => tokens.get(token, 0, 0))).toEqual(['A', undefined, 'C'])
})
