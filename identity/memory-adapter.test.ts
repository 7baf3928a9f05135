import { expect, test } from '@jest/globals'
import { createMemoryAdapter } from './memory-adapter.ts'

test('remembers no more than its capacity; the oldest goes first', async () => {
  const adapter = createMemoryAdapter(3)('Session')
  for (const id of ['a', 'b', 'c', 'd']) await adapter.upsert(id, { uid: id }, 60)
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((id) => adapter.find(id)))).toEqual([
    undefined,
    { uid: 'b' },
    { uid: 'c' },
    { uid: 'd' },
  ])
})

test('forgets what has expired', async () => {
  const adapter = createMemoryAdapter()('Session')
  await adapter.upsert('a', { uid: 'a' }, 0)
  expect(await adapter.find('a')).toBeUndefined()
  expect(await adapter.findByUid('a')).toBeUndefined()
})

test('models do not see each other, and a revoked grant takes what belongs to it along', async () => {
  const adapterOf = createMemoryAdapter()
  const codes = adapterOf('AuthorizationCode')
  await codes.upsert('1', { grantId: 'g' }, 60)
  await codes.upsert('2', { grantId: 'other' }, 60)
  expect(await adapterOf('Session').find('1')).toBeUndefined()
  await codes.consume('2')
  expect(await codes.find('2')).toHaveProperty('consumed')
  await codes.revokeByGrantId('g')
  expect(await codes.find('1')).toBeUndefined()
  expect(await codes.find('2')).toBeDefined()
})
