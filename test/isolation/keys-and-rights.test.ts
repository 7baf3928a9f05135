import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { missingKeys, readDatamodelKeys } from './datamodel-keys.ts'
import { needlessRights } from './rights.ts'

let testDatabase: TestDatabase
let owner: Client

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
})
afterAll(() => testDatabase.drop())

const after = async <T>(sql: string, look: () => Promise<T>): Promise<T> => {
  await owner.query('begin')
  try {
    await owner.query(sql)
    return await look()
  } finally {
    await owner.query('rollback')
  }
}

test('R5: the database has every key and reference of the datamodel', async () => {
  const keys = await readDatamodelKeys()
  expect(keys.flatMap(({ links }) => links).length).toBeGreaterThan(25)
  await expect(missingKeys(owner, keys)).resolves.toEqual([])
})

test.each([
  [
    'alter table compute.claims drop constraint claims_org_id_project_id_allocation_id_fkey',
    'compute.claims: no foreign key (org_id, project_id, allocation_id) to compute.allocations (org_id, project_id, id)',
  ],
  [
    'alter table billing.charges drop constraint charges_pkey, add primary key (id)',
    'billing.charges: its primary key is not (org_id, project_id, id)',
  ],
])('R5: %s is noticed', async (sql, finding) => {
  const keys = await readDatamodelKeys()
  await expect(after(sql, () => missingKeys(owner, keys))).resolves.toEqual([finding])
})

test('R90: no service may change or remove what it only writes once', async () => {
  await expect(needlessRights(owner)).resolves.toEqual([])
})

test.each([
  ['grant delete on storage.buckets to gpuaas_storage', 'storage.buckets: gpuaas_storage may delete'],
  ['grant update (email) on iam.users to gpuaas_iam', 'iam.users: gpuaas_iam may update email'],
  ['grant truncate on billing.entries to gpuaas_billing', 'billing.entries: gpuaas_billing may truncate'],
])('R90: %s is noticed', async (sql, finding) => {
  await expect(after(sql, () => needlessRights(owner))).resolves.toEqual([finding])
})
