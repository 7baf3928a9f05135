import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AffectedPrincipals } from '../../../platform/access/grant-cache.ts'
import { principalKey } from '../../../platform/access/principal.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId, parseId, selfId } from '../../../platform/ids/id.ts'
import { hostedSubgraph, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { iam } from '../index.ts'

let tenants: World
let ask: Ask
const announced: AffectedPrincipals[] = []

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .project('p')
    .member('dev', 'developer')
    .serviceAccount('bot', ['PROJECT_READ'])
    .serviceAccount('doomed', ['PROJECT_READ'])
    .project('q')
    .serviceAccount('sibling', ['PROJECT_READ'])
    .organization('b')
    .member('stranger', 'owner')
    .project('r')
    .build()
  ask = hostedSubgraph(tenants, iam, 'iam', { factors: 'multi', announced })
}, 60_000)

afterAll(() => tenants.end())

const CREATE = `mutation ($input: CreateServiceAccountInput!) {
  createServiceAccount(input: $input) {
    serviceAccount { id name state department { name isDefault } } userErrors { code field }
  }
}`
const changing = (mutation: string) => {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1)
  return `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { serviceAccount { state } userErrors { code } } }`
}
const DELETE = `mutation ($input: DeleteServiceAccountInput!) {
  deleteServiceAccount(input: $input) { deletedServiceAccountId userErrors { code } }
}`

const idOf = (name: string): string => {
  const principal = tenants.principal(name)
  if (principal.kind !== 'service-account') throw new Error(`${name} is no service account`)
  return principal.serviceAccountId
}

const create = (input: object, member = 'owner') => ask(member, CREATE, { input })

test('R3: a service account is counted to its project’s department, and named once in the project', async () => {
  const input = { projectId: tenants.projectId('p'), name: 'Deployer' }
  expect(await create(input)).toMatchObject({
    errors: [],
    data: {
      createServiceAccount: {
        serviceAccount: { name: 'Deployer', state: 'ACTIVE', department: { isDefault: true } },
        userErrors: [],
      },
    },
  })
  const refusals = [
    [input, 'NAME_TAKEN', 'name'],
    [{ ...input, name: '' }, 'NAME_INVALID', 'name'],
    [{ ...input, name: 'New', departmentId: 'nonsense' }, 'DEPARTMENT_NOT_FOUND', 'departmentId'],
  ] as const
  for (const [given, code, field] of refusals) {
    expect((await create(given)).data).toEqual({
      createServiceAccount: { serviceAccount: null, userErrors: [{ code, field: [field] }] },
    })
  }
})

test('R4: a department of another organization is refused by name, one that is not there without one', async () => {
  const { organizationId } = tenants.scope('p')
  const given = (owner: string, code: string) =>
    [{ projectId: tenants.projectId('p'), name: 'Crossing', departmentId: owner }, code] as const
  const cases = [
    given(ownedId('dep', tenants.scope('r').organizationId, systemIds.next()).text, 'CROSS_ORG_REFERENCE'),
    given(ownedId('dep', organizationId, systemIds.next()).text, 'DEPARTMENT_NOT_FOUND'),
  ]
  for (const [input, code] of cases) {
    expect((await create(input)).data).toMatchObject({ createServiceAccount: { userErrors: [{ code }] } })
  }
})

test('R16: a service account is made in a project, by its owners, and works in that project alone', async () => {
  await expect(create({ name: 'Homeless' })).resolves.toMatchObject({ data: null })
  const input = { projectId: tenants.projectId('p'), name: 'Not mine' }
  expect((await create(input, 'dev')).errors).toEqual([{ path: 'createServiceAccount', code: 'CAPABILITY_REQUIRED' }])
  expect((await create(input, 'bot')).errors).toEqual([{ path: 'createServiceAccount', code: 'CAPABILITY_REQUIRED' }])
  expect((await create(input, 'stranger')).errors).toEqual([
    { path: 'createServiceAccount', code: 'PROJECT_ACCESS_DENIED' },
  ])

  const both =
    'query ($p: ID!, $q: ID!) { own: project(id: $p) { name organization { name } } other: project(id: $q) { name } }'
  const seen = await ask('bot', both, { p: tenants.projectId('p'), q: tenants.projectId('q') })
  expect(seen.data).toEqual({ own: { name: 'p', organization: null }, other: null })
  expect(seen.errors).toEqual(
    expect.arrayContaining([
      { path: 'own.organization', code: 'ORGANIZATION_ACCESS_DENIED' },
      { path: 'other', code: 'PROJECT_ACCESS_DENIED' },
    ]),
  )
  const access = await tenants.access('bot')
  expect(access.projects('PROJECT_READ').projects).toEqual([tenants.scope('p')])
})

test('R16: a project lists its own service accounts and no other’s', async () => {
  const list = 'query ($id: ID!) { project(id: $id) { serviceAccounts(first: 100) { edges { node { id name } } } } }'
  const seen = JSON.stringify((await ask('owner', list, { id: tenants.projectId('p') })).data)
  expect([seen.includes('"bot"'), seen.includes('"sibling"')]).toEqual([true, false])
})

test('R17: an account is suspended and resumed, each once, and every process hears whose keys changed', async () => {
  announced.length = 0
  const input = { serviceAccountId: idOf('bot') }
  const outcomes = []
  for (const mutation of [
    'suspendServiceAccount',
    'suspendServiceAccount',
    'resumeServiceAccount',
    'resumeServiceAccount',
  ]) {
    outcomes.push((await ask('owner', changing(mutation), { input })).data)
    if (outcomes.length === 2) expect((await tenants.access('bot')).grants.disabled).toBe(true)
  }
  expect(outcomes).toEqual([
    { suspendServiceAccount: { serviceAccount: { state: 'SUSPENDED' }, userErrors: [] } },
    { suspendServiceAccount: { serviceAccount: null, userErrors: [{ code: 'ALREADY_SUSPENDED' }] } },
    { resumeServiceAccount: { serviceAccount: { state: 'ACTIVE' }, userErrors: [] } },
    { resumeServiceAccount: { serviceAccount: null, userErrors: [{ code: 'NOT_SUSPENDED' }] } },
  ])
  const key = [principalKey(tenants.principal('bot'))]
  expect(announced).toEqual([key, key])
  expect((await tenants.access('bot')).grants.disabled).toBe(false)
})

test('a deleted account is gone with its keys, and frees its name', async () => {
  const input = { serviceAccountId: idOf('doomed') }
  expect((await ask('owner', DELETE, { input })).data).toEqual({
    deleteServiceAccount: { deletedServiceAccountId: input.serviceAccountId, userErrors: [] },
  })
  expect((await ask('owner', DELETE, { input })).data).toMatchObject({
    deleteServiceAccount: { userErrors: [{ code: 'NOT_FOUND' }] },
  })
  expect((await tenants.access('doomed')).grants.projects.size).toBe(0)
  const [keys] = await tenants.rows<{ live: number }>(
    `select count(*)::int as live from iam.api_keys k join iam.service_accounts a on a.id = k.service_account_id
     where a.name = 'doomed' and k.revoked_at is null`,
  )
  expect(keys?.live).toBe(0)
  expect((await create({ projectId: tenants.projectId('p'), name: 'doomed' })).data).toMatchObject({
    createServiceAccount: { userErrors: [] },
  })
})

test('an id that claims another project finds nothing, and one of another kind is none', async () => {
  const sibling = parseId('sva', idOf('sibling'))
  if (!sibling.ok) throw new Error('a world makes ids')
  const forged = ownedId('sva', tenants.scope('p').projectId, sibling.value.local).text
  expect((await ask('owner', DELETE, { input: { serviceAccountId: forged } })).data).toMatchObject({
    deleteServiceAccount: { userErrors: [{ code: 'NOT_FOUND' }] },
  })
  const wrong = selfId('prj', tenants.scope('p').projectId).text
  expect((await ask('owner', DELETE, { input: { serviceAccountId: wrong } })).errors).toEqual([
    { path: 'deleteServiceAccount', code: 'INVALID_ID' },
  ])
})
