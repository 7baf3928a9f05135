import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { apiKeyPrefix, hashApiKey, matchesApiKey, newApiKeySecret, parseApiKey, printApiKey } from './api-key.ts'
import { createPeppers } from '../crypto/peppers.ts'
import { uuidOf } from '../ids/id.ts'

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))
const keys = fc.record({ keyId: bytes(16).map(uuidOf), secret: bytes(32) })

test('a key is one word that a scanner finds, and comes back from its text as it was', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const text = printApiKey(key)
      expect(text).toMatch(/^gpk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/)
      expect(text.startsWith(`${apiKeyPrefix(key.keyId)}_`)).toBe(true)
      expect(parseApiKey(text)).toEqual(key)
    }),
  )
})

test('a text that differs in one place is no key, and none makes parsing throw', () => {
  fc.assert(
    fc.property(keys, fc.nat(75), fc.constantFrom('0', 'A', 'z', '_', ' '), (key, place, letter) => {
      const text = printApiKey(key)
      const other = text.slice(0, place) + letter + text.slice(place + 1)
      if (other !== text) expect(parseApiKey(other)).toBeUndefined()
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => expect(parseApiKey(`gpk_${text}`)).toBeUndefined()))
  expect(parseApiKey(`gpk_${'z'.repeat(22)}_${'z'.repeat(49)}`)).toBeUndefined() // more than the bytes hold
})

test('R19: a hash matches its own secret of its own key alone, under any pepper that is still known', () => {
  const [old, next] = ['a'.repeat(32), 'b'.repeat(32)] as const
  const [before, during, after] = [createPeppers([old]), createPeppers([next, old]), createPeppers([next])]
  fc.assert(
    fc.property(keys, keys, (key, other) => {
      const known = hashApiKey(before, key)
      expect(known.hash).toHaveLength(32)
      expect([before, during, after].map((peppers) => matchesApiKey(peppers, key, known))).toEqual([true, true, false])
      expect(matchesApiKey(before, { ...key, secret: other.secret }, known)).toBe(key.secret.equals(other.secret))
      expect(matchesApiKey(before, { ...key, keyId: other.keyId }, known)).toBe(key.keyId === other.keyId)
      expect(matchesApiKey(before, key, undefined)).toBe(false)
    }),
  )
  expect(createPeppers([next, old]).hash('', Buffer.from(old)).pepperId).toBe(
    createPeppers([next]).hash('', Buffer.from(old)).pepperId,
  )
})

test('R19: a secret is 256 random bits', () => {
  const made = new Set(Array.from({ length: 100 }, () => newApiKeySecret().toString('hex')))
  expect([made.size, [...made].every((secret) => secret.length === 64)]).toEqual([100, true])
})
