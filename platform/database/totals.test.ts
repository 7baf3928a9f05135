import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Prisma } from '../../prisma/generated/client.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { insertTenants, type Tenants } from '../../test/testkit/tenants.ts'
import type { OrganizationSetScope, ProjectScope, ProjectSetScope } from '../access/scope.ts'
import { COUNT_LIMIT } from '../graphql/total-count.ts'
import { ownedId, selfId, type Uuid } from '../ids/id.ts'
import type { Database } from './database.ts'
import { countOfOrganizations, countOfOwned, countPages, countRows } from './totals.ts'

let testDatabase: TestDatabase
let tenants: Tenants
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  tenants = await insertTenants(await testDatabase.connect('owner'))
  database = testDatabase.open('storage')
})
afterAll(() => testDatabase.drop())

/** Rows of these projects that no table holds: so many of each. */
const rowsOf = (...counts: readonly (readonly [ProjectScope, number])[]): Prisma.Sql =>
  Prisma.sql`(SELECT r.org_id, r.project_id, n FROM unnest(
    ${counts.map(([scope]) => scope.organizationId)}::uuid[], ${counts.map(([scope]) => scope.projectId)}::uuid[],
    ${counts.map(([, count]) => count)}::int[]) AS r (org_id, project_id, rows) CROSS JOIN generate_series(1, r.rows) n)`

const projects = (...scopes: readonly ProjectScope[]): ProjectSetScope => ({ kind: 'project-set', projects: scopes })

const inProjects = (scope: ProjectSetScope, table: Prisma.Sql, parents: readonly ProjectScope[]) =>
  database.read(scope, async (db) => {
    const ids = parents.map(({ projectId }) => selfId('prj', projectId))
    const totals = await countPages(db, scope, { table, parent: Prisma.sql`project_id` }, ids)
    return ids.map(({ text }) => totals.get(text))
  })

test('each parent has its own total, in whatever order they are asked for, and one without rows has none', async () => {
  const { a1, a2, b1 } = tenants
  const table = rowsOf([a1, 3], [b1, 1])
  expect(await inProjects(projects(a1, a2, b1), table, [b1, a2, a1])).toEqual([1, 0, 3])
})

test('a parent outside of the scope is not counted, nor rows that belong to another', async () => {
  const { a1, b1 } = tenants
  expect(await inProjects(projects(a1), rowsOf([a1, 1], [b1, 2]), [a1, b1])).toEqual([1, undefined])
  const elsewhere: ProjectScope = { ...b1, organizationId: a1.organizationId }
  expect(await inProjects(projects(elsewhere), rowsOf([b1, 2]), [elsewhere])).toEqual([0])
})

test('counting ends at its limit, for each parent', async () => {
  const { a1, a2 } = tenants
  const many = COUNT_LIMIT + 500
  expect(await inProjects(projects(a1, a2), rowsOf([a1, many], [a2, 2]), [a1, a2])).toEqual([COUNT_LIMIT, 2])
  const scope = projects(a1)
  expect(await database.read(scope, (db) => countRows(db, Prisma.sql`FROM ${rowsOf([a1, many])} found`))).toBe(
    COUNT_LIMIT,
  )
})

test('organizations are counted each by itself, and what they own by its parent', async () => {
  const { a1, a2, b1 } = tenants
  const organizations = [a1, b1].map(({ organizationId }) => ({ kind: 'organization', organizationId }) as const)
  const scope: OrganizationSetScope = {
    kind: 'organization-set',
    organizations: organizations.map((of) => ({ ...of, columns: { orgId: of.organizationId } })),
  }
  const table = rowsOf([a1, 1], [a2, 2], [b1, 4])
  const ofEach = await database.read(scope, (db) => countOfOrganizations(db, scope, table))
  expect(organizations.map(({ organizationId }) => ofEach.get(organizationId))).toEqual([3, 4])

  const parents = [b1, a2].map(({ organizationId, projectId }) => ownedId('whe', organizationId, projectId))
  const stranger = ownedId('whe', '018f3e7a-0000-7000-8000-00000000dead' as Uuid /* of its form */, a1.projectId)
  const found = Prisma.sql`FROM ${table} d WHERE d.org_id = p.org_id AND d.project_id = p.id`
  const owned = await database.read(scope, (db) => countOfOwned(db, scope, found, [...parents, stranger]))
  expect([...parents, stranger].map(({ text }) => owned.get(text))).toEqual([4, 2, undefined])
})
