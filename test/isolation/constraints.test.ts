import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { DATABASE_LOGINS } from '../../platform/config/logins.ts'
import type { ProjectScope } from '../../platform/access/scope.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { insertTenants, type Tenants } from '../testkit/tenants.ts'

/** PostgreSQL's codes (appendix A of its manual). */
const NOT_NULL = { code: '23502' }
const FOREIGN_KEY = { code: '23503' }
const RESTRICTED = { code: '23001' }
const UNBALANCED = { code: '23000' }
const DENIED = { code: '42501' }

let testDatabase: TestDatabase
let owner: Client
let tenants: Tenants
const roles = new Map<string, Client>()

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
  tenants = await insertTenants(owner)
  for (const login of DATABASE_LOGINS) roles.set(login, await testDatabase.connect(login))
})
afterAll(() => testDatabase.drop())

const as = (login: (typeof DATABASE_LOGINS)[number]): Client => {
  const client = roles.get(login)
  if (client === undefined) throw new Error(`${login} is connected before all tests`)
  return client
}

describe('organizations, departments and projects', () => {
  const insertProject = (orgId: string, departmentId: string | null) =>
    owner.query(
      `insert into iam.projects (org_id, id, department_id, slug, name, created_at) values ($1, $2, $3, $2::uuid::text, 'New', now())`,
      [orgId, systemIds.next(), departmentId],
    )

  test('R3: a project without a department cannot be stored', async () => {
    await expect(insertProject(tenants.a1.organizationId, null)).rejects.toMatchObject(NOT_NULL)
  })

  test('R3: an organization has one default department, never two', async () => {
    const second = owner.query(
      `insert into iam.departments (org_id, id, name, is_default, created_at) values ($1, $2, 'Second', true, now())`,
      [tenants.a1.organizationId, systemIds.next()],
    )
    await expect(second).rejects.toMatchObject({ code: '23505', constraint: 'departments_one_default' })
  })

  test('R4: a project of organization A cannot be bound to a department of organization B', async () => {
    await expect(insertProject(tenants.a1.organizationId, tenants.departments.b)).rejects.toMatchObject(FOREIGN_KEY)
    const moved = owner.query('update iam.projects set department_id = $1 where id = $2', [
      ...[tenants.departments.b, tenants.a1.projectId],
    ])
    await expect(moved).rejects.toMatchObject(FOREIGN_KEY)
  })

  const insertAccount = (orgId: string, projectId: string, departmentId: string | null) =>
    owner.query(
      `insert into iam.service_accounts (org_id, project_id, id, department_id, name, created_at) values ($1, $2, $3, $4, $3::uuid::text, now())`,
      [orgId, projectId, systemIds.next(), departmentId],
    )

  test('R3: a service account without a department cannot be stored', async () => {
    const { organizationId, projectId } = tenants.a1
    await expect(insertAccount(organizationId, projectId, null)).rejects.toMatchObject(NOT_NULL)
  })

  test('R4: a service account, its project and its department share one organization', async () => {
    const { a1, b1, departments } = tenants
    for (const [organization, project, department] of [
      [a1.organizationId, a1.projectId, departments.b],
      [a1.organizationId, b1.projectId, departments.a],
      [b1.organizationId, a1.projectId, departments.b],
    ] as const) {
      await expect(insertAccount(organization, project, department)).rejects.toMatchObject(FOREIGN_KEY)
    }
  })

  test('R4: a project cannot be moved into another organization under what it owns', async () => {
    await insertBucket(owner, tenants.a2, 'kept')
    const moved = owner.query(
      'update iam.projects set org_id = $1, department_id = $2, slug = $3::uuid::text where id = $3',
      [...[tenants.b1.organizationId, tenants.departments.b, tenants.a2.projectId]],
    )
    await expect(moved).rejects.toMatchObject({ code: expect.stringMatching(/^23001$|^23503$/) })
  })
})

const insertBucket = async (
  client: Client,
  scope: Pick<ProjectScope, 'organizationId' | 'projectId'>,
  name: string,
) => {
  const id = systemIds.next()
  await client.query(
    'insert into storage.buckets (org_id, project_id, id, name, created_at) values ($1, $2, $3, $4, now())',
    [...[scope.organizationId, scope.projectId, id, name]],
  )
  return id
}

describe('what a project owns', () => {
  test('R5: a row of organization A cannot name a project of organization B', async () => {
    const mixed = { organizationId: tenants.a1.organizationId, projectId: tenants.b1.projectId }
    await expect(insertBucket(owner, mixed, 'mixed')).rejects.toMatchObject(FOREIGN_KEY)
  })

  test('R5: a child cannot hang on a parent of another project, in its organization or elsewhere', async () => {
    const bucket = await insertBucket(owner, tenants.a1, 'parent')
    const insertGrant = ({ organizationId, projectId }: ProjectScope, subject: ProjectScope) =>
      owner.query(
        `insert into storage.grants (org_id, project_id, id, bucket_id, subject_org_id, subject_project_id, rights, created_at)
         values ($1, $2, $3, $4, $5, $6, 'READ', now())`,
        [organizationId, projectId, systemIds.next(), bucket, subject.organizationId, subject.projectId],
      )
    await expect(insertGrant(tenants.a2, tenants.a1)).rejects.toMatchObject(FOREIGN_KEY)
    await expect(insertGrant(tenants.b1, tenants.a1)).rejects.toMatchObject(FOREIGN_KEY)
    await expect(insertGrant(tenants.a1, tenants.a2)).resolves.toMatchObject({ rowCount: 1 })
  })

  test('R5: a service under one project’s scope can write no other project’s row', async () => {
    const storage = as('storage')
    await storage.query(`select set_config('app.project_ids', $1, false)`, [`{${tenants.a1.projectId}}`])
    await expect(insertBucket(storage, tenants.b1, 'foreign')).rejects.toMatchObject(DENIED)
    await expect(insertBucket(storage, tenants.a2, 'sibling')).rejects.toMatchObject(DENIED)
    await expect(insertBucket(storage, tenants.a1, 'own')).resolves.toEqual(expect.any(String))
    const moved = storage.query(`update storage.buckets set project_id = $1 where name = 'own'`, [tenants.a2.projectId])
    await expect(moved).rejects.toMatchObject(DENIED)
    await storage.query(`select set_config('app.project_ids', '', false)`)
  })
})

describe('the ledger', () => {
  let entry: string

  const post = async (
    client: Client,
    { organizationId }: ProjectScope,
    amounts: readonly number[],
  ): Promise<string> => {
    const [transaction, account] = [systemIds.next(), systemIds.next()]
    const ids = amounts.map(() => systemIds.next())
    await client.query('begin')
    try {
      await client.query(
        `insert into billing.accounts (org_id, id, kind, currency, created_at) values ($1, $2, 'WALLET', 'USD', now())
         on conflict (org_id, kind, currency) do nothing`,
        [organizationId, account],
      )
      await client.query(
        `insert into billing.transactions (org_id, id, kind, source, description, occurred_at) values ($1, $2, 'TEST', $2::uuid::text, 'Test', now())`,
        [organizationId, transaction],
      )
      for (const [index, amount] of amounts.entries()) {
        await client.query(
          `insert into billing.entries (org_id, id, transaction_id, account_id, amount_micros, occurred_at)
           select $1, $2, $3, id, $4, now() from billing.accounts where org_id = $1 and kind = 'WALLET'`,
          [organizationId, ids[index], transaction, amount],
        )
      }
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    }
    return ids[0] ?? ''
  }

  beforeAll(async () => {
    entry = await post(owner, tenants.a1, [5, -5])
  })

  beforeEach(async () => {
    await as('billing').query(`select set_config('app.org_ids', $1, false)`, [`{${tenants.a1.organizationId}}`])
  })

  const CHANGES = [
    'update billing.entries set amount_micros = 1',
    'delete from billing.entries',
    'truncate billing.entries',
    'update billing.transactions set description = description',
    'delete from billing.transactions',
    'truncate billing.transactions cascade',
  ]

  test.each(CHANGES)('R62: the billing service may not: %s', async (change) => {
    const { rows } = await as('billing').query('select id from billing.entries where id = $1', [entry])
    expect(rows).toHaveLength(1)
    await expect(as('billing').query(change)).rejects.toMatchObject(DENIED)
  })

  test.each(CHANGES)('R62: even the owner is refused: %s', async (change) => {
    await expect(owner.query(change)).rejects.toMatchObject(RESTRICTED)
  })

  test('R62: the owner is refused on each partition too', async () => {
    const { rows } = await owner.query<{ partition: string }>(
      `select distinct tableoid::regclass::text as partition from billing.entries where id = $1`,
      [entry],
    )
    for (const { partition } of rows) {
      await expect(owner.query(`update ${partition} set amount_micros = 1`)).rejects.toMatchObject(RESTRICTED)
      await expect(owner.query(`delete from ${partition}`)).rejects.toMatchObject(RESTRICTED)
      await expect(owner.query(`truncate ${partition}`)).rejects.toMatchObject(RESTRICTED)
    }
    expect(rows).toHaveLength(1)
  })

  test('R62: entries that do not sum to zero cannot be committed', async () => {
    await expect(post(as('billing'), tenants.a1, [5, -4])).rejects.toMatchObject(UNBALANCED)
    await expect(post(as('billing'), tenants.a1, [5, -3, -2])).resolves.toEqual(expect.any(String))
  })

  test('R62: no column holds a balance', async () => {
    const { rows } = await owner.query(
      `select table_name, column_name from information_schema.columns where table_schema = 'billing' and column_name like '%balance%'`,
    )
    expect(rows).toEqual([])
  })
})

describe('each service has its own role', () => {
  const REFUSED = [
    ['compute', 'select * from billing.entries'],
    ['compute', 'select * from iam.users'],
    ['iam', 'select * from compute.allocations'],
    ['app_platform', 'select * from storage.buckets'],
    ['storage', 'select * from app_platform.apps'],
    ['billing', 'select * from notifications.notifications'],
    ['notifications', 'select * from billing.accounts'],
    ['compute', 'select * from compute.audit_log'],
    ['compute', 'select * from compute.outbox'],
    ['compute', 'select * from events.log'],
    ['compute', 'select * from graphile_worker.jobs'],
    ['compute', `select events.append('[]')`],
    ['compute', `select events.enqueue_job('billing.post', '{}', 'key')`],
    ['relay', 'select * from iam.users'],
    ['relay', 'select * from compute.allocations'],
    ['access', 'select email from iam.users'],
    ['iam', 'update iam.users set subject = email'],
    ['iam', 'update iam.organizations set name = slug'],
    ['iam', 'update iam.service_accounts set project_id = id'],
    ['iam', `update iam.api_keys set capabilities = '{PROJECT_READ}'`],
    ['iam', `update iam.project_memberships set role = 'owner'`],
    ['iam', `update iam.organization_memberships set role = 'owner'`],
    ['iam', 'update iam.projects set archived_at = null'],
    ['compute', 'update compute.claims set allocation_id = slot_id'],
    ['app_platform', 'update app_platform.environments set app_id = id'],
    ['app_platform', `update app_platform.routes set hostname = 'taken.example'`],
    ['storage', 'update storage.grants set subject_project_id = project_id'],
    ['notifications', 'update notifications.receipts set user_id = channel_id'],
    ['access', 'update iam.users set disabled_at = null'],
    ['worker', 'select * from billing.entries'],
    ['worker', 'select * from compute.outbox'],
  ] as const

  test('R90: nobody enables themselves, or resumes their organization, in a scope that is their own', async () => {
    const id = systemIds.next()
    await owner.query(
      `insert into iam.users (id, subject, email, display_name, disabled_at, created_at) values ($1, $2, $2, 'd', now(), now())`,
      [id, id],
    )
    await owner.query('update iam.organizations set suspended_at = now() where id = $1', [tenants.b1.organizationId])
    const changed = async (operated: string) => {
      const iam = as('iam')
      await iam.query('begin')
      try {
        await iam.query(
          `select set_config('app.user_id', $1, true), set_config('app.org_ids', $2, true), set_config('app.operated', $3, true)`,
          [id, `{${tenants.b1.organizationId}}`, operated],
        )
        const seen = await iam.query('select 1 from iam.users union all select 2 from iam.organizations')
        const users = await iam.query('update iam.users set disabled_at = null')
        const organizations = await iam.query('update iam.organizations set suspended_at = null')
        return [seen.rowCount, users.rowCount, organizations.rowCount]
      } finally {
        await iam.query('rollback')
      }
    }
    expect(await changed('')).toEqual([2, 0, 0])
    expect(await changed(id)).toEqual([2, 1, 0])
    expect(await changed(tenants.b1.organizationId)).toEqual([2, 0, 1])
    await owner.query('update iam.organizations set suspended_at = null where id = $1', [tenants.b1.organizationId])
  })

  test.each(REFUSED)('R90: %s is denied: %s', async (login, statement) => {
    await expect(as(login).query(statement)).rejects.toMatchObject(DENIED)
  })

  test.each(DATABASE_LOGINS)('R90: %s can neither become another role nor make anything', async (login) => {
    await expect(as(login).query('set role gpuaas_billing; reset role; set role postgres')).rejects.toMatchObject(
      DENIED,
    )
    await expect(as(login).query('create table public.mine (id int)')).rejects.toMatchObject(DENIED)
    await expect(as(login).query('create schema mine')).rejects.toMatchObject(DENIED)
    await expect(as(login).query('set row_security = off; select * from iam.users')).rejects.toMatchObject({
      code: '42501',
    })
  })
})
