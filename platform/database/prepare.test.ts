import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { MIGRATIONS, ROLE_SECRETS } from '../../test/testkit/test-server.ts'
import { findFreePort } from './embedded/free-port.ts'
import { prepareDatabase } from './prepare.ts'
import { roleUrl } from './roles.ts'

let testDatabase: TestDatabase

beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase.drop())

const prepare = (ownerUrl: string) =>
  prepareDatabase({ ownerUrl, roles: ROLE_SECRETS, migrationsDirectory: MIGRATIONS, progress: () => undefined })

test('a server that is not there is named, without its password', async () => {
  const port = await findFreePort()
  const attempt = prepare(`postgres://owner:the-password@127.0.0.1:${String(port)}/gpuaas`)
  await expect(attempt).rejects.toMatchObject({
    code: 'DATABASE_NOT_USABLE',
    message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${String(port)}/gpuaas cannot be used: .*ECONNREFUSED`)),
  })
  await expect(attempt).rejects.not.toMatchObject({ message: expect.stringContaining('the-password') })
})

test('a refused login says so', async () => {
  const url = new URL(testDatabase.ownerUrl)
  url.password = 'guess'
  await expect(prepare(url.href)).rejects.toMatchObject({
    code: 'DATABASE_NOT_USABLE',
    message: expect.stringContaining('password authentication failed'),
  })
})

test('a user without the rights of an owner is told what it lacks', async () => {
  await expect(prepare(testDatabase.urlOf('compute'))).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining('permission denied'),
  })
})

test('the passwords of the roles follow the secret, and one may be given by itself', () => {
  const derived = roleUrl(testDatabase.ownerUrl, 'compute', ROLE_SECRETS)
  expect(new URL(derived).username).toBe('gpuaas_compute')
  expect(new URL(derived).password).toMatch(/^[0-9a-f]{64}$/)
  expect(roleUrl(testDatabase.ownerUrl, 'compute', { secret: 'another' })).not.toBe(derived)
  const given = roleUrl(testDatabase.ownerUrl, 'compute', { ...ROLE_SECRETS, passwords: { compute: 'p@ss/word' } })
  expect(decodeURIComponent(new URL(given).password)).toBe('p@ss/word')
})
