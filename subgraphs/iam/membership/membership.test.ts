import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { AffectedPrincipals } from '../../../platform/access/grant-cache.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { selfId } from '../../../platform/ids/id.ts'
import { hostedSubgraph, type Ask, type Outcome } from '../../../test/testkit/hosted-subgraph.ts'
import { until } from '../../../test/testkit/until.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { iam } from '../index.ts'

let tenants: World
let ask: Ask
let askWithOneFactor: Ask
let organizationId: string
const announced: AffectedPrincipals[] = []

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .member('second', 'owner')
    .project('p')
    .member('dev', 'developer')
    .member('lead', 'owner')
    .serviceAccount('bot', ['PROJECT_READ'])
    .organization('b')
    .member('stranger', 'owner')
    .build()
  ask = hostedSubgraph(tenants, iam, 'iam', { factors: 'multi', announced })
  askWithOneFactor = hostedSubgraph(tenants, iam, 'iam')
  organizationId = selfId('org', tenants.scope('p').organizationId).text
}, 60_000)

beforeEach(() => {
  announced.length = 0
})

afterAll(() => tenants.end())

const mutate = (mutation: string, member: string, input: object, through: Ask = ask): Promise<Outcome> => {
  const type =
    { addProjectMember: 'AddProjectMember', addMember: 'AddMember' }[mutation] ??
    mutation.charAt(0).toUpperCase() + mutation.slice(1)
  const result = mutation.startsWith('remove') ? 'removedUserId' : 'member { userId role email }'
  return through(
    member,
    `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${result} userErrors { code } } }`,
    { input },
  )
}

const codes = ({ data }: Outcome): readonly string[] =>
  [...JSON.stringify(data).matchAll(/"code":"(\w+)"/g)].map(([, code = '']) => code)

const inOrganization = (userId: string, role?: string) => ({ organizationId, userId, ...(role && { role }) })
const inProject = (userId: string, role?: string) => ({
  projectId: tenants.projectId('p'),
  userId,
  ...(role && { role }),
})

describe('a member of an organization', () => {
  test('R9: is added by address, gets another role, is removed, and then reaches nothing', async () => {
    const added = await mutate('addMember', 'owner', {
      organizationId,
      email: 'Stranger@example.com ',
      role: 'VIEWER',
    })
    const userId = tenants.userId('stranger')
    expect(added).toEqual({
      data: { addMember: { member: { userId, role: 'VIEWER', email: 'stranger@example.com' }, userErrors: [] } },
      errors: [],
    })
    expect((await tenants.access('stranger')).projects('PROJECT_READ').projects).toEqual([tenants.scope('p')])

    const changed = await mutate('changeMemberRole', 'owner', inOrganization(userId, 'DEVELOPER'))
    expect(changed.data).toMatchObject({ changeMemberRole: { member: { role: 'DEVELOPER' }, userErrors: [] } })
    expect((await tenants.access('stranger')).projects('APP_CREATE').projects).toEqual([tenants.scope('p')])

    const removed = await mutate('removeMember', 'owner', inOrganization(userId))
    expect(removed.data).toEqual({ removeMember: { removedUserId: userId, userErrors: [] } })
    expect((await tenants.access('stranger')).projects('PROJECT_READ').projects).toEqual([])
    expect(announced).toEqual([['user:stranger'], ['user:stranger'], ['user:stranger']])
    expect(codes(await mutate('removeMember', 'owner', inOrganization(userId)))).toEqual(['NOT_A_MEMBER'])
  })

  test('each change leaves one audit row that says what changed, a refused one none', async () => {
    const userId = tenants.userId('dev')
    const rows = () =>
      tenants.rows<{ action: string; details: object }>(
        `select action, details from iam.audit_log where target = $1 order by id`,
        [userId],
      )
    await mutate('addMember', 'owner', inOrganization(userId, 'VIEWER'))
    await mutate('addMember', 'owner', inOrganization(userId, 'VIEWER'))
    await mutate('changeMemberRole', 'owner', inOrganization(userId, 'BILLING'))
    await mutate('changeMemberRole', 'owner', inOrganization(userId, 'BILLING'))
    await mutate('removeMember', 'owner', inOrganization(userId))
    expect(await rows()).toEqual([
      { action: 'iam.member.add', details: { role: 'viewer' } },
      { action: 'iam.member.change_role', details: { from: 'viewer', to: 'billing' } },
      { action: 'iam.member.remove', details: { role: 'billing' } },
    ])
  })

  test('is named in one way, exists, and is added once', async () => {
    const userId = tenants.userId('dev')
    const cases = [
      [{ organizationId, role: 'VIEWER' }, 'USER_REQUIRED'],
      [{ organizationId, role: 'VIEWER', email: 'dev@example.com', userId }, 'USER_REQUIRED'],
      [{ organizationId, role: 'VIEWER', email: 'dev' }, 'USER_REQUIRED'],
      [{ organizationId, role: 'VIEWER', email: '%@example.com' }, 'USER_NOT_FOUND'],
      [{ organizationId, role: 'VIEWER', userId: selfId('usr', systemIds.next()).text }, 'USER_NOT_FOUND'],
      [{ organizationId, role: 'VIEWER', userId: tenants.userId('second') }, 'ALREADY_MEMBER'],
    ] as const
    for (const [input, code] of cases)
      expect([input, codes(await mutate('addMember', 'owner', input))]).toEqual([input, [code]])
  })

  test('is nobody’s to change without the capability, nor by a program, nor (to give access) with one factor', async () => {
    const input = inOrganization(tenants.userId('dev'), 'OWNER')
    for (const member of ['dev', 'lead', 'stranger', 'bot']) {
      for (const mutation of ['addMember', 'changeMemberRole']) {
        expect((await mutate(mutation, member, input)).errors).toEqual([
          { path: mutation, code: 'ORGANIZATION_ACCESS_DENIED' },
        ])
      }
    }
    expect((await mutate('addMember', 'owner', input, askWithOneFactor)).errors).toEqual([
      { path: 'addMember', code: 'MFA_REQUIRED' },
    ])
  })
})

describe('the last owner of an organization', () => {
  test('cannot leave or resign, and two of them cannot at once', async () => {
    const leave = (member: string) => mutate('removeMember', 'owner', inOrganization(tenants.userId(member)))
    const resign = (member: string) =>
      mutate('changeMemberRole', 'owner', inOrganization(tenants.userId(member), 'VIEWER'))
    const owners = () =>
      tenants.rows<{ user_id: string }>(
        `select user_id from iam.organization_memberships
        where org_id = $1 and role = 'owner' and deleted_at is null`,
        [tenants.scope('p').organizationId],
      )
    // Both at once, by grants that were read before either: one of them stays.
    // Neither can commit before both are under way, since both write an audit row in the end.
    await tenants.rows('begin')
    await tenants.rows('lock table iam.audit_log in share row exclusive mode')
    const both = Promise.all([leave('owner'), resign('second')])
    await until('both wait for a lock', async () => {
      const [waiting] = await tenants.rows<{ count: number }>(
        `select count(*)::int from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
         where not l.granted`,
      )
      return waiting?.count === 2
    })
    await tenants.rows('commit')
    const outcomes = await both
    expect(outcomes.flatMap(codes)).toEqual(['LAST_OWNER'])
    expect(await owners()).toHaveLength(1)
    const [last] = (await owners()).map(({ user_id: id }) =>
      ['owner', 'second'].find((name) => selfId('usr', id as never).text === tenants.userId(name)),
    )
    if (last === undefined) throw new Error('one of them is left')
    const own = inOrganization(tenants.userId(last))
    expect(codes(await mutate('removeMember', last, own))).toEqual(['LAST_OWNER'])
    expect(codes(await mutate('changeMemberRole', last, { ...own, role: 'VIEWER' }))).toEqual(['LAST_OWNER'])

    // A disabled owner owns nothing that they could act on.
    const other = last === 'owner' ? 'second' : 'owner'
    await mutate('removeMember', last, inOrganization(tenants.userId(other)))
    await mutate('addMember', last, inOrganization(tenants.userId(other), 'OWNER'))
    await tenants.rows(`update iam.users set disabled_at = now() where subject = $1`, [other])
    expect(codes(await mutate('removeMember', last, own))).toEqual(['LAST_OWNER'])
    await tenants.rows(`update iam.users set disabled_at = null where subject = $1`, [other])
    expect(codes(await mutate('removeMember', last, own))).toEqual([])
  })
})

describe('a member of a project', () => {
  test('R9: is added and changed by the project’s owner, removed, and then reaches nothing', async () => {
    const userId = tenants.userId('stranger')
    expect((await mutate('addProjectMember', 'lead', inProject(userId, 'VIEWER'))).data).toMatchObject({
      addProjectMember: { member: { userId, role: 'VIEWER' }, userErrors: [] },
    })
    expect((await tenants.access('stranger')).projects('PROJECT_READ').projects).toEqual([tenants.scope('p')])
    expect(codes(await mutate('addProjectMember', 'lead', inProject(userId, 'VIEWER')))).toEqual(['ALREADY_MEMBER'])
    expect(codes(await mutate('changeProjectMemberRole', 'lead', inProject(userId, 'VIEWER')))).toEqual([
      'ROLE_UNCHANGED',
    ])
    expect(codes(await mutate('changeProjectMemberRole', 'lead', inProject(userId, 'OWNER')))).toEqual([])
    expect(codes(await mutate('removeProjectMember', 'lead', inProject(userId)))).toEqual([])
    expect((await tenants.access('stranger')).projects('PROJECT_READ').projects).toEqual([])
    expect((await mutate('removeProjectMember', 'dev', inProject(tenants.userId('lead')))).errors).toEqual([
      { path: 'removeProjectMember', code: 'CAPABILITY_REQUIRED' },
    ])
  })
})
