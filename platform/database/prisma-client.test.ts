import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { PLATFORM_SCOPE } from '../access/scope.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import type { DomainSchema, Transaction } from './database.ts'
import { prismaClient } from './prisma-client.ts'

const SCHEMAS: readonly DomainSchema[] = ['iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications']

let testDatabase: TestDatabase
beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase.drop())

const roleOf = async (db: Transaction): Promise<string> => {
  const [row] = await db.$queryRaw<{ role: string }[]>`select current_user::text as role`
  return row?.role ?? ''
}

describe('the one client of a process', () => {
  test('R90: sends each statement and transaction under the role of the database it was asked of, however they interleave', async () => {
    const databases = SCHEMAS.map((schema) => testDatabase.open(schema))
    const expected = await Promise.all(databases.map(({ read }) => read(PLATFORM_SCOPE, roleOf)))
    expect(new Set(expected).size).toBe(SCHEMAS.length)
    const rounds = Array.from({ length: 20 }, (_, round) =>
      databases.map(({ read, write }) =>
        (round % 2 === 0 ? read : write)(PLATFORM_SCOPE, async (db) => {
          const first = await roleOf(db)
          return [first, await roleOf(db)]
        }),
      ),
    )
    for (const round of rounds) expect(await Promise.all(round)).toEqual(expected.map((role) => [role, role]))
  })

  test('sends nothing for whoever names no database', async () => {
    await expect(prismaClient().$queryRaw`select 1`).rejects.toThrow('outside of `runFor`')
    await expect(prismaClient().$transaction((db) => db.$queryRaw`select 1`)).rejects.toThrow('outside of `runFor`')
  })
})
