import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { systemIds } from '../../platform/ids/generator.ts'
import { ownedId, selfId } from '../../platform/ids/id.ts'
import { hostedSubgraph, textAt, type Ask } from '../../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../../test/testkit/world.ts'
import { iam } from './index.ts'

let tenants: World
let ask: Ask

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .project('p')
    .member('dev', 'developer')
    .project('q')
    .organization('b')
    .member('stranger', 'owner')
    .project('r')
    .build()
  ask = hostedSubgraph(tenants, iam, 'iam')
}, 60_000)

afterAll(() => tenants.end())

const organizationOf = (project: string): string => selfId('org', tenants.scope(project).organizationId).text

const CREATE_PROJECT = `mutation ($input: CreateProjectInput!) {
  createProject(input: $input) { project { id name slug department { name isDefault } } userErrors { code field } }
}`
const CREATE_ORGANIZATION = `mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) {
    organization { id departments(first: 1) { edges { node { id isDefault } } } }
    userErrors { code field }
  }
}`

const counts = async () =>
  (
    await tenants.rows<{ audit: number; outbox: number }>(
      `select (select count(*)::int from iam.audit_log) audit, (select count(*)::int from iam.outbox) outbox`,
    )
  )[0]

describe('organizations', () => {
  test('R3: a founder owns an organization with a default department', async () => {
    const made = await ask('dev', CREATE_ORGANIZATION, { input: { name: 'Founded', slug: 'founded' } })
    expect(made).toMatchObject({
      errors: [],
      data: {
        createOrganization: {
          organization: { departments: { edges: [{ node: { isDefault: true } }] } },
          userErrors: [],
        },
      },
    })
    const id = textAt(made, 'createOrganization.organization.id')
    const seen = await ask(
      'dev',
      'query ($id: ID!) { organization(id: $id) { name members { edges { node { role } } } } }',
      { id },
    )
    expect(seen).toEqual({
      data: { organization: { name: 'Founded', members: { edges: [{ node: { role: 'OWNER' } }] } } },
      errors: [],
    })
  })

  test.each([
    [{ name: 'x', slug: 'fine' }, 'NAME_INVALID', ['name']],
    [{ name: 'Fine', slug: 'Not Fine' }, 'SLUG_INVALID', ['slug']],
    [{ name: 'Fine', slug: 'taken' }, 'SLUG_TAKEN', ['slug']],
  ])('%j is refused with %s and leaves nothing behind', async (input, code, field) => {
    await ask('owner', CREATE_ORGANIZATION, { input: { name: 'First', slug: 'taken' } })
    const before = await counts()
    const refused = await ask('stranger', CREATE_ORGANIZATION, { input })
    expect(refused.data).toEqual({ createOrganization: { organization: null, userErrors: [{ code, field }] } })
    expect(await counts()).toEqual(before)
  })

  test('one user founds no more than ten, however many ask at once', async () => {
    const many = await Promise.all(
      Array.from({ length: 14 }, (_, n) =>
        ask('stranger', CREATE_ORGANIZATION, { input: { name: 'Many', slug: `many-${String(n)}` } }),
      ),
    )
    const refused = many.filter((outcome) => JSON.stringify(outcome.data).includes('LIMIT_REACHED'))
    expect(many.every(({ errors }) => errors.length === 0)).toBe(true)
    // The stranger owns one already.
    expect(refused).toHaveLength(5)
  })
})

test('an id of what a tenant owns is not the id of the tenant, even of one’s own', async () => {
  const { organizationId, projectId } = tenants.scope('p')
  const given = {
    project: ownedId('bkt', projectId, systemIds.next()).text,
    organization: ownedId('dep', organizationId, systemIds.next()).text,
  }
  const query =
    'query ($project: ID!, $organization: ID!) { project(id: $project) { id } organization(id: $organization) { id } }'
  expect(await ask('owner', query, given)).toEqual({
    data: { project: null, organization: null },
    errors: ['project', 'organization'].map((path) => ({ path, code: 'INVALID_ID' })),
  })
  const input = { organizationId: given.organization, name: 'Of a department' }
  expect(await ask('owner', CREATE_PROJECT, { input })).toMatchObject({ errors: [{ code: 'INVALID_ID' }] })
})

describe('projects', () => {
  test('a project gets the default department, a slug made of its name, one audit row and one event', async () => {
    const before = await counts()
    const made = await ask('owner', CREATE_PROJECT, {
      input: { organizationId: organizationOf('p'), name: 'Über Vision' },
    })
    expect(made).toMatchObject({
      errors: [],
      data: {
        createProject: {
          project: { name: 'Über Vision', slug: 'uber-vision', department: { isDefault: true } },
          userErrors: [],
        },
      },
    })
    expect(await counts()).toEqual({ audit: (before?.audit ?? 0) + 1, outbox: (before?.outbox ?? 0) + 1 })
  })

  test('R4: a department of another organization is refused by name, before anything is read', async () => {
    const foreign = textAt(
      await ask('stranger', 'query ($id: ID!) { organization(id: $id) { departments { edges { node { id } } } } }', {
        id: organizationOf('r'),
      }),
      'organization.departments.edges.0.node.id',
    )
    const refused = await ask('owner', CREATE_PROJECT, {
      input: { organizationId: organizationOf('p'), departmentId: foreign, name: 'Crossing' },
    })
    expect(refused.data).toEqual({
      createProject: { project: null, userErrors: [{ code: 'CROSS_ORG_REFERENCE', field: ['departmentId'] }] },
    })
  })

  test('only who holds the capability in the organization makes a project', async () => {
    const input = { organizationId: organizationOf('p'), name: 'Mine' }
    const [dev, stranger] = await Promise.all([
      ask('dev', CREATE_PROJECT, { input }),
      ask('stranger', CREATE_PROJECT, { input }),
    ])
    expect(dev.errors).toEqual([{ path: 'createProject', code: 'ORGANIZATION_ACCESS_DENIED' }])
    expect(stranger.errors).toEqual([{ path: 'createProject', code: 'ORGANIZATION_ACCESS_DENIED' }])
  })

  test('a member of a project alone sees the project, and neither its organization nor its siblings', async () => {
    const seen = await ask(
      'dev',
      'query ($p: ID!, $q: ID!) { own: project(id: $p) { name organization { name } department { name } } sibling: project(id: $q) { name } }',
      { p: tenants.projectId('p'), q: tenants.projectId('q') },
    )
    expect(seen.data).toEqual({ own: { name: 'p', organization: null, department: null }, sibling: null })
    expect(seen.errors).toEqual(
      expect.arrayContaining([
        { path: 'own.organization', code: 'ORGANIZATION_ACCESS_DENIED' },
        { path: 'own.department', code: 'ORGANIZATION_ACCESS_DENIED' },
        { path: 'sibling', code: 'PROJECT_ACCESS_DENIED' },
      ]),
    )
  })

  test('the viewer’s projects are those that memberships reach, page by page', async () => {
    const page =
      'query ($after: String) { viewer { projects(first: 1, after: $after) { edges { node { name } } pageInfo { hasNextPage endCursor } } } }'
    const first = await ask('dev', page)
    expect(first.data).toMatchObject({
      viewer: { projects: { edges: [{ node: { name: 'p' } }], pageInfo: { hasNextPage: false } } },
    })
    const owned = await ask('owner', page)
    expect(owned.data).toMatchObject({ viewer: { projects: { pageInfo: { hasNextPage: true } } } })
    const next = await ask('owner', page, { after: textAt(owned, 'viewer.projects.pageInfo.endCursor') })
    expect(next.data).not.toEqual(owned.data)
    expect(JSON.stringify([owned.data, next.data])).not.toContain('"r"')
  })
})
