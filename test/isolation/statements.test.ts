import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { hostedSubgraph, type Ask } from '../testkit/hosted-subgraph.ts'
import { world, type World } from '../testkit/world.ts'
import { systemGrant } from '../../platform/access/authorize.ts'
import { organizationScope } from '../../platform/access/scope.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { selfId } from '../../platform/ids/id.ts'
import { appPlatform } from '../../subgraphs/app-platform/index.ts'
import { billing } from '../../subgraphs/billing/index.ts'
import { createBilling } from '../../subgraphs/billing/context.ts'
import { iam } from '../../subgraphs/iam/index.ts'
import { storage } from '../../subgraphs/storage/index.ts'

/** What an operation asks of many parents costs as many statements as it costs for one, and each gets its own. */
let tenants: World
let asks: Readonly<Record<'iam' | 'storage' | 'billing' | 'app-platform', Ask>>
let statements = 0
let parents: Readonly<Record<'Project' | 'Organization', readonly string[]>>

const PROJECTS = ['p', 'q', 'r'] as const

/** Of each project: two apps with two environments each, and two buckets, one of which the next project may use. Of its organization: some money. */
const fill = async (): Promise<void> => {
  const { ledger } = createBilling({ database: tenants.open('billing'), clock: tenants.clock, ids: systemIds })
  for (const [index, name] of PROJECTS.entries()) {
    const { organizationId, projectId } = tenants.scope(name)
    const subject = tenants.scope(PROJECTS[(index + 1) % PROJECTS.length] ?? 'p')
    for (const app of ['front', 'back']) {
      const id = systemIds.next()
      await tenants.rows(
        'insert into app_platform.apps (org_id, project_id, id, name, created_at) values ($1, $2, $3, $4, now())',
        [organizationId, projectId, id, `${app}-of-${name}`],
      )
      for (const environment of ['staging', 'production'])
        await tenants.rows(
          'insert into app_platform.environments (org_id, project_id, id, app_id, name, created_at) values ($1, $2, $3, $4, $5, now())',
          [organizationId, projectId, systemIds.next(), id, environment],
        )
    }
    for (const bucket of ['shared', 'own']) {
      const id = systemIds.next()
      await tenants.rows(
        'insert into storage.buckets (org_id, project_id, id, name, created_at) values ($1, $2, $3, $4, now())',
        [organizationId, projectId, id, `${bucket}-of-${name}`],
      )
      if (bucket === 'own') continue
      await tenants.rows(
        `insert into storage.grants (org_id, project_id, id, bucket_id, subject_org_id, subject_project_id, rights, created_at)
          values ($1, $2, $3, $4, $5, $6, 'READ', now())`,
        [organizationId, projectId, systemIds.next(), id, subject.organizationId, subject.projectId],
      )
    }
    await ledger.post(systemGrant(organizationScope(organizationId), 'test'), {
      kind: 'FUNDING',
      source: `of-${name}`,
      description: name,
      occurredAt: tenants.clock.now(),
      amountMicros: 10n ** BigInt(index),
    })
  }
}

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .project('p')
    .member('of-p', 'developer')
    .serviceAccount('bot-p', ['PROJECT_READ'])
    .project('q')
    .member('of-q', 'viewer')
    .serviceAccount('bot-q', ['PROJECT_READ'])
    .organization('b')
    .project('r')
    .member('of-r', 'developer')
    .serviceAccount('bot-r', ['PROJECT_READ'])
    .build()
  await tenants.rows(
    `insert into iam.organization_memberships (org_id, id, user_id, role, created_at)
      select $1::uuid, $2::uuid, user_id, role, now() from iam.organization_memberships limit 1`,
    [tenants.scope('r').organizationId, systemIds.next()],
  )
  await fill()
  const metrics = { query: () => void (statements += 1), watchPool: () => undefined }
  asks = {
    iam: hostedSubgraph(tenants, iam, 'iam', { metrics }),
    storage: hostedSubgraph(tenants, storage, 'storage', { metrics }),
    billing: hostedSubgraph(tenants, billing, 'billing', { metrics }),
    'app-platform': hostedSubgraph(tenants, appPlatform, 'app_platform', { metrics }),
  }
  parents = {
    Project: PROJECTS.map((name) => tenants.projectId(name)),
    Organization: ['p', 'r'].map((name) => selfId('org', tenants.scope(name).organizationId).text),
  }
}, 60_000)

afterAll(() => tenants.end())

test.each([
  ['iam', 'Project', '{ name department { name } }', 1],
  ['iam', 'Project', '{ members { edges { node { role } } } }', 2],
  ['iam', 'Project', '{ serviceAccounts { edges { node { name apiKeys { edges { node { id lastFour } } } } } } }', 3],
  ['iam', 'Organization', '{ id name }', 1],
  ['storage', 'Project', '{ buckets { edges { node { name grants { edges { node { rights } } } } } } }', 2],
  ['storage', 'Project', '{ buckets(first: 1) { totalCount edges { node { name } } } }', 2],
  ['storage', 'Project', '{ sharedBuckets { edges { node { name rights } } } }', 1],
  [
    'app-platform',
    'Project',
    '{ apps(first: 1) { totalCount edges { node { name environments(first: 1) { totalCount edges { node { id } } } } } } }',
    4,
  ],
  [
    'app-platform',
    'Project',
    '{ apps { edges { node { name environments { edges { node { name } } } releases { edges { node { id } } } } } } }',
    3,
  ],
  ['billing', 'Organization', '{ billingAccount { balance { amountMicros } } }', 1],
  [
    'billing',
    'Organization',
    '{ billingAccount { ledger { edges { node { id entries { book amount { amountMicros } } } } } } }',
    1,
  ],
] as const)('of %s, many parents cost what one costs: %s %s', async (subgraph, type, selection, expected) => {
  const text = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} ${selection} } }`
  const read = async (ids: readonly string[]) => {
    statements = 0
    const { data, errors } = await asks[subgraph]('owner', text, { of: ids.map((id) => ({ __typename: type, id })) })
    expect(errors).toEqual([])
    const { _entities: entities } = data as { _entities: unknown[] } // as asked for above
    return { entities, statements }
  }
  const alone = []
  for (const id of parents[type]) alone.push(await read([id]))
  const together = await read(parents[type])
  expect(together.entities).toEqual(alone.flatMap(({ entities }) => entities))
  expect(new Set(together.entities.map((entity) => JSON.stringify(entity))).size).toBeGreaterThan(1)
  expect([together.statements, ...alone.map((one) => one.statements)]).toEqual([together, ...alone].map(() => expected))
})
