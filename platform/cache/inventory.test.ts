import { expect, test } from '@jest/globals'
import type { CacheKey } from './cache.ts'
import { keyText } from './cache-key.ts'
import { CHANNELS, KEY_FAMILIES, type Channel } from './inventory.ts'

test('R98, R44: a key or channel outside the inventory fails the type check', () => {
  const known: CacheKey = ['test', 'tenant', 'rest']
  // @ts-expect-error -- were this allowed, the check itself would fail
  const unknown: CacheKey = ['sessions', 'tenant', 'rest']
  const epoch: Channel = 'access.epoch'
  const ofUser: Channel = 'notifications.018f'
  // @ts-expect-error -- a user's channel names its user
  const ofNobody: Channel = 'notifications'
  // @ts-expect-error -- another channel
  const other: Channel = 'sessions.018f'
  expect([known, unknown].map(keyText)).toEqual(['test:tenant:rest:', 'sessions:tenant:rest:'])
  expect([epoch, ofUser, ofNobody, other]).toHaveLength(4)
})

test('R98: no name in the inventory begins with another, so that a prefix is one family’s', () => {
  for (const names of [Object.keys(KEY_FAMILIES), Object.keys(CHANNELS)])
    for (const name of names)
      expect(names.filter((other) => `${other}.`.startsWith(`${name}.`) && other !== name)).toEqual([])
})
