import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client, Pool } from 'pg'
import { openPool } from '../database/pool.ts'
import { createPostgresGrantSource } from './postgres-grant-source.ts'
import { NO_GRANTS, type GrantSource } from './grants.ts'
import type { Principal } from './principal.ts'
import { systemIds } from '../ids/generator.ts'
import { ownedId, type Uuid } from '../ids/id.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'

const ROLES: Readonly<Record<string, ReadonlySet<string>>> = {
  viewer: new Set(['READ']),
  developer: new Set(['READ', 'WRITE']),
  operator: new Set(['OPERATE']),
}

const user = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})

let database: TestDatabase
let pool: Pool
let owner: Client
let source: GrantSource

beforeAll(async () => {
  database = await createTestDatabase()
  owner = await database.connect('owner')
  pool = openPool({ url: database.urlOf('access'), poolSize: 1, applicationName: 'gpuaas-test' })
  source = createPostgresGrantSource({
    pool,
    capabilitiesOf: (role) => ROLES[role] ?? new Set(),
    serviceAccountCapabilities: new Set(['READ', 'WRITE']),
  })
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

const insert = async (table: string, row: Readonly<Record<string, unknown>>): Promise<void> => {
  const names = Object.keys(row)
  const places = names.map((_, index) => `$${index + 1}`)
  await owner.query(`insert into iam.${table} (${names.join(', ')}) values (${places.join(', ')})`, Object.values(row))
}

const now = new Date()

/** An organization with a department and two projects, and a user that nothing binds to it yet. */
const arrange = async () => {
  const [org, department, one, two, id] = Array.from({ length: 5 }, () => systemIds.next()) as [
    Uuid,
    Uuid,
    Uuid,
    Uuid,
    Uuid,
  ] // five were made
  const subject = `subject-${id}`
  await insert('organizations', { id: org, slug: org, name: 'o', created_at: now })
  await insert('departments', { org_id: org, id: department, name: 'd', is_default: true, created_at: now })
  for (const project of [one, two]) {
    await insert('projects', {
      org_id: org,
      id: project,
      department_id: department,
      slug: project,
      name: 'p',
      created_at: now,
    })
  }
  await insert('users', { id, subject, email: `${id}@example.com`, display_name: 'u', created_at: now })
  const join = (role: string) =>
    insert('organization_memberships', { org_id: org, id: systemIds.next(), user_id: id, role, created_at: now })
  const joinProject = (project: Uuid, role: string) =>
    insert('project_memberships', {
      org_id: org,
      project_id: project,
      id: systemIds.next(),
      user_id: id,
      role,
      created_at: now,
    })
  const account = async (project: Uuid, capabilities: readonly string[]) => {
    const [accountId, key] = [systemIds.next(), systemIds.next()]
    const place = { org_id: org, project_id: project }
    const account = { ...place, id: accountId, department_id: department, name: accountId, created_at: now }
    await insert('service_accounts', account)
    await insert('api_keys', {
      ...place,
      id: key,
      service_account_id: accountId,
      capabilities,
      secret_hash: Buffer.alloc(32),
      pepper_id: 'none',
      last_four: 'abcd',
      created_by: 'test',
      created_at: now,
      expires_at: new Date(now.getTime() + 3_600_000),
    })
    const principal = {
      kind: 'service-account' as const,
      serviceAccountId: ownedId('sva', project, accountId).text,
      apiKeyId: ownedId('key', project, key).text,
      capabilities,
    }
    return { principal, id: accountId, key }
  }
  return { org, one, two, id, join, joinProject, account, load: () => source.load(user(subject)) }
}

describe('grants read from iam’s view', () => {
  test('of a subject without memberships are its user alone; of an unknown one nothing', async () => {
    const { id, load } = await arrange()
    expect(await load()).toEqual({ ...NO_GRANTS, userId: id })
    expect(await source.load(user('nobody'))).toBe(NO_GRANTS)
    expect(await source.load({ kind: 'anonymous' })).toBe(NO_GRANTS)
    const program: Principal = { kind: 'service-account', serviceAccountId: 'x', apiKeyId: 'y', capabilities: ['READ'] }
    expect(await source.load(program)).toBe(NO_GRANTS)
  })

  test('R16: of a service account’s key reach its own project alone, within what such accounts may hold', async () => {
    const { org, one, account } = await arrange()
    const { principal } = await account(one, ['READ', 'OPERATE'])
    expect(await source.load(principal)).toEqual({
      ...NO_GRANTS,
      projects: new Map([[one, { organizationId: org, suspended: false, capabilities: new Set(['READ']) }]]),
    })
  })

  test('R16: are none for a key under another account’s name, or an account under another project’s', async () => {
    const { one, two, account } = await arrange()
    const [mine, other] = [await account(one, ['READ']), await account(two, ['READ'])]
    const forged: readonly Principal[] = [
      { ...mine.principal, serviceAccountId: other.principal.serviceAccountId },
      { ...mine.principal, apiKeyId: other.principal.apiKeyId },
      {
        ...mine.principal,
        serviceAccountId: ownedId('sva', two, mine.id).text,
        apiKeyId: ownedId('key', two, mine.key).text,
      },
    ]
    for (const principal of forged) expect(await source.load(principal)).toBe(NO_GRANTS)
  })

  test('R17: of a suspended account are disabled; of a deleted one, and of a key that ended, there are none', async () => {
    for (const [change, expected] of [
      ['service_accounts set suspended_at = now()', 'disabled'],
      ['service_accounts set deleted_at = now()', 'nothing'],
      ['api_keys set revoked_at = now()', 'nothing'],
      ['api_keys set overlap_ends_at = now()', 'nothing'],
      [`api_keys set created_at = now() - interval '2 days', expires_at = now()`, 'nothing'],
      ['projects set archived_at = now()', 'nothing'],
      ['organizations set suspended_at = now()', 'suspended'],
    ] as const) {
      const { org, one, account } = await arrange()
      const { principal } = await account(one, ['READ'])
      await owner.query(`update iam.${change} where ${change.startsWith('organizations') ? 'id' : 'org_id'} = $1`, [
        org,
      ])
      const { disabled, projects } = await source.load(principal)
      const seen = disabled ? 'disabled' : projects.get(one)?.suspended === true ? 'suspended' : 'nothing'
      expect([change, seen]).toEqual([change, expected])
    }
  })

  test('of an organization’s member reach it and all its projects', async () => {
    const { org, one, two, join, load } = await arrange()
    await join('viewer')
    const { organizations, projects } = await load()
    expect(organizations).toEqual(
      new Map([[org, { suspended: false, since: expect.any(Date), capabilities: ROLES['viewer'] }]]),
    )
    expect(new Set(projects.keys())).toEqual(new Set([one, two]))
    expect(projects.get(one)).toEqual({ organizationId: org, suspended: false, capabilities: ROLES['viewer'] })
  })

  test('of a project’s member reach that project alone', async () => {
    const { one, joinProject, load } = await arrange()
    await joinProject(one, 'developer')
    const { organizations, projects } = await load()
    expect(organizations.size).toBe(0)
    expect([...projects.keys()]).toEqual([one])
  })

  test('of two roles in one project add up', async () => {
    const { one, two, join, joinProject, load } = await arrange()
    await join('viewer')
    await joinProject(one, 'developer')
    const { projects } = await load()
    expect(projects.get(one)?.capabilities).toEqual(new Set(['READ', 'WRITE']))
    expect(projects.get(two)?.capabilities).toEqual(new Set(['READ']))
  })

  test('tell of suspension and disabling, and name no archived project and no ended membership (R9)', async () => {
    const { org, one, two, id, join, joinProject, load } = await arrange()
    await join('viewer')
    await joinProject(two, 'developer')
    await owner.query('update iam.projects set archived_at = now() where id = $1', [one])
    expect([...(await load()).projects.keys()]).toEqual([two])
    await owner.query('update iam.organizations set suspended_at = now() where id = $1', [org])
    await owner.query('update iam.users set disabled_at = now() where id = $1', [id])
    const grants = await load()
    expect(grants.disabled).toBe(true)
    expect(grants.organizations.get(org)?.suspended).toBe(true)
    expect(grants.projects.get(two)?.suspended).toBe(true)
    await owner.query('update iam.organization_memberships set deleted_at = now() where user_id = $1', [id])
    await owner.query('update iam.project_memberships set deleted_at = now() where user_id = $1', [id])
    expect((await load()).projects.size + (await load()).organizations.size).toBe(0)
  })

  test('of an operator are the platform’s, and those of an unknown role are none', async () => {
    const { id, join, load } = await arrange()
    await join('owner') // no role of this process
    await insert('platform_roles', { user_id: id, role: 'operator', created_at: now })
    const { platform, organizations } = await load()
    expect(platform).toEqual(new Set(['OPERATE']))
    expect([...organizations.values()].map(({ capabilities }) => capabilities.size)).toEqual([0])
  })

  test('are all that the role may read of iam (R90)', async () => {
    for (const statement of [
      'select email from iam.users',
      'select name from iam.projects',
      'select name from iam.service_accounts',
      'select created_by from iam.api_keys',
      'update iam.api_keys set revoked_at = null',
      'update iam.users set disabled_at = null',
      'select 1 from compute.allocations',
    ]) {
      await expect(pool.query(statement)).rejects.toThrow('permission denied')
    }
  })
})
