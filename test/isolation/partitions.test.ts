import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'

let testDatabase: TestDatabase
let owner: Client

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
})
afterAll(() => testDatabase.drop())

/** The months of partitions that a table has, counted from this one. */
const monthsAhead = async (table: string): Promise<readonly number[]> => {
  const { rows } = await owner.query<{ ahead: number }>(
    `select i as ahead from generate_series(0, 6) i
     where to_regclass($1 || to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => i), '_YYYYMM')) is not null
     order by 1`,
    [table],
  )
  return rows.map(({ ahead }) => ahead)
}

test('a month whose rows came before its partition stays where it is, and holds up no other month', async () => {
  expect(await monthsAhead('events.log')).toEqual([0, 1, 2, 3])
  const inFourMonths = `platform.uuid_at((date_trunc('month', now() at time zone 'UTC') + interval '4 months 3 days') at time zone 'UTC')`
  await owner.query(
    `insert into events.log (id, type, version, occurred_at, correlation_id, causation_id, org_id, data)
     values (${inFourMonths}, 'type', 1, now(), 'c', 'c', gen_random_uuid(), '{}')`,
  )
  await owner.query('call platform.ensure_partitions(5)')
  expect(await monthsAhead('events.log')).toEqual([0, 1, 2, 3, 5])
  expect(await monthsAhead('iam.audit_log')).toEqual([0, 1, 2, 3, 4, 5])
})
