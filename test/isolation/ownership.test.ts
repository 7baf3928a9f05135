import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { driftOf, readDatamodel, readPolicies, readTypes, type Ownership } from './ownership.ts'

let testDatabase: TestDatabase
let owner: Client
let supergraph: string

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
  supergraph = await readFile(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8')
})
afterAll(() => testDatabase.drop())

const ownership = async (sdl = supergraph): Promise<Ownership> => ({
  datamodel: await readDatamodel(),
  policies: await readPolicies(owner),
  types: readTypes(sdl),
})

test('R5: the rules of the graph, the datamodel and the policies of the database agree about who owns what', async () => {
  const found = await ownership()
  expect(driftOf(found)).toEqual([])
  const owners = [...found.datamodel.values()].map((model) => model.owner)
  expect(new Set(owners)).toEqual(new Set(['project', 'organization', 'user', 'nobody']))
  expect(found.types.size).toBeGreaterThan(15)
})

describe('R5: it is noticed by name', () => {
  const IN_THE_DATABASE: readonly (readonly [what: string, sql: string, finding: string])[] = [
    [
      'that a table is in the database alone',
      'create table compute.probes (org_id uuid, project_id uuid, id uuid)',
      'compute.probes: the database has it, the datamodel does not',
    ],
    [
      'that a table is gone',
      'drop table billing.prices cascade',
      'billing.prices: the datamodel has Price, the database has no such table',
    ],
    [
      'that a project-owned table is opened to the organization',
      `drop policy tenant on app_platform.apps;
       create policy tenant on app_platform.apps to gpuaas_app_platform using (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]))`,
      'app_platform.apps: owned by project in the datamodel, by organization in its policies',
    ],
    [
      'that a table has a policy for another role alone',
      'alter policy tenant on billing.charges to gpuaas_access',
      'billing.charges: owned by project in the datamodel, by nobody in its policies',
    ],
  ]

  test.each(IN_THE_DATABASE)('%s', async (_, sql, finding) => {
    await owner.query(`begin; ${sql}`)
    try {
      expect(driftOf(await ownership())).toEqual([finding])
    } finally {
      await owner.query('rollback')
    }
  })

  test('that a type is ruled by another scope than its rows', async () => {
    const sdl = supergraph.replace(
      /(type Bucket\b[^{]*)@projectScoped\(capability: STORAGE_BUCKET_READ\)/,
      '$1@orgScoped(capability: STORAGE_BUCKET_READ)',
    )
    expect(driftOf(await ownership(sdl))).toEqual([
      'Bucket: owned by project in the datamodel, by organization in its rule',
    ])
  })

  test('that a type has no model', async () => {
    const sdl = supergraph.replace(/type Bucket\b/, 'type Pail')
    expect(driftOf(await ownership(sdl))).toEqual([
      'Pail: its rule is that of project, and no model of this name says whose it is',
    ])
  })

  test('that a model owns otherwise than the database and the graph', async () => {
    const found = await ownership()
    const datamodel = new Map([
      ...found.datamodel,
      ['storage.buckets', { model: 'Bucket', owner: 'organization' }] as const,
    ])
    expect(driftOf({ ...found, datamodel })).toEqual([
      'storage.buckets: owned by organization in the datamodel, by project in its policies',
      'Bucket: owned by organization in the datamodel, by project in its rule',
    ])
  })
})
