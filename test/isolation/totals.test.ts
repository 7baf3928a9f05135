import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { hostedSubgraph, type Ask } from '../testkit/hosted-subgraph.ts'
import { world, type World } from '../testkit/world.ts'
import { selfId } from '../../platform/ids/id.ts'
import { iam } from '../../subgraphs/iam/index.ts'

/**
 * A total counts what its list shows: nothing that was archived, removed or deleted, and nothing of anybody else. Lists are
 * longer than the page that is asked for: a page that holds all of its list tells its own length, and nothing is counted.
 */
let tenants: World
let ask: Ask

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .member('second', 'owner')
    .member('removed', 'owner')
    .project('p')
    .member('dev', 'developer')
    .member('viewer', 'viewer')
    .member('gone', 'developer')
    .serviceAccount('one', ['PROJECT_READ'])
    .serviceAccount('two', ['PROJECT_READ'])
    .serviceAccount('deleted', ['PROJECT_READ'])
    .project('q')
    .member('of-q', 'developer')
    .serviceAccount('beside', ['PROJECT_READ'])
    .serviceAccount('besides', ['PROJECT_READ'])
    .project('third')
    .project('archived')
    .organization('b')
    .member('stranger', 'owner')
    .member('accountant', 'billing')
    .project('s')
    .project('r')
    .member('of-r', 'developer')
    .member('guest', 'viewer')
    .serviceAccount('aide', ['PROJECT_READ'])
    .serviceAccount('bot', ['PROJECT_READ'])
    .build()
  ask = hostedSubgraph(tenants, iam, 'iam')
  const hide = (table: string, column: string, condition: string) =>
    tenants.rows(`update iam.${table} set ${column} = now() where ${condition}`)
  await hide('projects', 'archived_at', "slug = 'archived'")
  await hide('service_accounts', 'deleted_at', "name = 'deleted'")
  const memberOf = (name: string) => `user_id = (select id from iam.users where subject = '${name}')`
  await hide('organization_memberships', 'deleted_at', memberOf('removed'))
  await hide('project_memberships', 'deleted_at', memberOf('gone'))
  await tenants.rows(
    `insert into iam.departments (org_id, id, name, is_default, created_at)
      select id, gen_random_uuid(), 'Other', false, now() from iam.organizations`,
  )
  // One more of `q`, who sees two of three projects.
  const { organizationId, projectId } = tenants.scope('q')
  await tenants.rows(
    `insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at)
      select $1, $2, gen_random_uuid(), id, 'viewer', now() from iam.users where subject = 'dev'`,
    [organizationId, projectId],
  )
  // Those who left and came back are members once.
  await tenants.rows(
    `insert into iam.organization_memberships (org_id, id, user_id, role, created_at, deleted_at)
      select org_id, gen_random_uuid(), user_id, 'billing', now(), now() from iam.organization_memberships where ${memberOf('second')}`,
  )
  await tenants.rows(
    `insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at, deleted_at)
      select org_id, project_id, gen_random_uuid(), user_id, 'viewer', now(), now() from iam.project_memberships where ${memberOf('dev')}`,
  )
}, 60_000)

afterAll(() => tenants.end())

const totals =
  (type: 'Organization' | 'Project', fields: readonly string[]) => async (member: string, name: string) => {
    const { organizationId, projectId } = tenants.scope(name)
    const id = type === 'Project' ? selfId('prj', projectId) : selfId('org', organizationId)
    const lists = fields.map((field) => `${field}(first: 1) { totalCount }`).join(' ')
    const { data, errors } = await ask(
      member,
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${lists} } } }`,
      { of: [{ __typename: type, id: id.text }] },
    )
    const [entity] = (data as { _entities: (Record<string, { totalCount: number } | null> | null)[] })._entities // as asked
    const found = entity && Object.values(entity).map((list) => list?.totalCount ?? null)
    return { found, codes: [...new Set(errors.map(({ code }) => code))] }
  }

const ofOrganization = totals('Organization', ['projects', 'members', 'departments'])
const ofProject = totals('Project', ['members', 'serviceAccounts'])

test('what is archived, removed or deleted is not counted, and what others have neither', async () => {
  expect(await ofOrganization('owner', 'p')).toEqual({ found: [3, 2, 2], codes: [] })
  expect(await ofOrganization('stranger', 'r')).toEqual({ found: [2, 2, 2], codes: [] })
  expect(await ofProject('owner', 'p')).toEqual({ found: [2, 2], codes: [] })
  expect(await ofProject('owner', 'q')).toEqual({ found: [2, 2], codes: [] })
  expect(await ofProject('stranger', 'r')).toEqual({ found: [2, 2], codes: [] })
})

test('who may not read a list is told no total of it', async () => {
  const { found, codes } = await ofOrganization('stranger', 'p')
  expect([found, codes]).toEqual([null, ['ORGANIZATION_ACCESS_DENIED']])
  expect(await ofProject('stranger', 'p')).toEqual({ found: null, codes: ['PROJECT_ACCESS_DENIED'] })
  expect(await ofProject('of-q', 'p')).toEqual({ found: null, codes: ['PROJECT_ACCESS_DENIED'] })
  expect(await ofProject('viewer', 'p')).toEqual({ found: [null, null], codes: ['CAPABILITY_REQUIRED'] })
})

test('the projects of a user are those that this user may read', async () => {
  const own = async (member: string) => (await ask(member, '{ viewer { projects(first: 1) { totalCount } } }')).data
  for (const [member, totalCount] of [
    ['owner', 3],
    ['dev', 2],
    ['of-q', 1],
    ['stranger', 2],
  ] as const)
    expect([member, await own(member)]).toEqual([member, { viewer: { projects: { totalCount } } }])
})
