import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import type { Database } from '../../../platform/database/database.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId, parseAnyId, selfId, type Uuid } from '../../../platform/ids/id.ts'
import { buildSubgraph } from '../../../server/subgraph/build.ts'
import { storage } from '../index.ts'
import { CREATE_GRANT, runningStorage, type RunningStorage } from '../testkit/running-storage.ts'

const REVOKE = `mutation ($input: RevokeStorageGrantInput!) {
  revokeStorageGrant(input: $input) { grant { id revokedAt } userErrors { code field } }
}`

const SHARED = `query ($of: [_Any!]!, $first: Int = 20, $after: String, $last: Int, $before: String) {
  _entities(representations: $of) {
    ... on Project {
      sharedBuckets(first: $first, after: $after, last: $last, before: $before) {
        totalCount
        edges { cursor node { grantId bucketId name ownerProjectId rights expiresAt } }
      }
    }
  }
}`

const GRANTS = `query ($id: ID!) { bucket(id: $id) { grants { edges { node { id subjectProjectId revokedAt } } } } }`

let running: RunningStorage
let service: Database
let bucketId: string
let names = 0

beforeAll(async () => {
  running = await runningStorage()
  service = running.world.open('storage')
})

afterAll(() => running.world.end())

beforeEach(async () => {
  bucketId = await running.createBucket('of-owner', 'owner', `shared-${String((names += 1))}`)
})

const localOf = (id: string): Uuid => {
  const parsed = parseAnyId(id)
  if (!parsed.ok) throw new Error(`${id} is no id`)
  return parsed.value.local
}

const create = (member: string, input: Record<string, unknown> = {}) => {
  const [ownerProjectId, subjectProjectId] = [running.world.projectId('owner'), running.world.projectId('subject')]
  return running.ask(member, CREATE_GRANT, {
    input: { bucketId, ownerProjectId, subjectProjectId, rights: 'READ', ...input },
  })
}
const revoke = (member: string, grantId: string) => running.ask(member, REVOKE, { input: { grantId } })

interface Shared {
  readonly totalCount: number
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly bucketId: string } }[]
}

/** The buckets that a project reaches by grants, as a member sees them. */
const shared = async (member: string, project: string, page: Record<string, unknown> = {}) => {
  const of = [{ __typename: 'Project', id: running.world.projectId(project) }]
  const { data, errors } = await running.ask(member, SHARED, { of, ...page })
  const [found] = (data as { _entities: ({ sharedBuckets: Shared | null } | null)[] })._entities // as SHARED asks
  const edges = found?.sharedBuckets?.edges ?? []
  return {
    nodes: edges.map(({ node }) => node),
    cursors: edges.map(({ cursor }) => cursor),
    total: found?.sharedBuckets?.totalCount,
    errors,
  }
}
const reaches = async (project: string, bucket: string) =>
  (await shared(`of-${project}`, project)).nodes.some((node) => node.bucketId === bucket)

describe('createStorageGrant', () => {
  test('names owner and subject, in what is asked and in what is made (R58)', async () => {
    const before = await running.traces()
    const expiresAt = new Date(running.world.clock.now().getTime() + 86_400_000).toISOString()
    expect(await create('of-owner', { rights: 'READ_WRITE', expiresAt })).toMatchObject({
      data: {
        createStorageGrant: {
          grant: {
            ownerProjectId: running.world.projectId('owner'),
            subjectProjectId: running.world.projectId('subject'),
            bucketId,
            rights: 'READ_WRITE',
            expiresAt,
            revokedAt: null,
          },
          userErrors: [],
        },
      },
      errors: [],
    })
    expect(await running.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
  })

  test.each(['ownerProjectId', 'subjectProjectId'])('cannot be asked for without its %s (R58)', (left) => {
    const fields = ['bucketId', 'ownerProjectId', 'subjectProjectId'].filter((name) => name !== left)
    const input = `{ rights: READ, ${fields.map((name) => `${name}: "x"`).join(', ')} }`
    const schema = buildSubgraph(storage, { resolvers: {} })
    const faults = validate(schema, parse(`mutation { createStorageGrant(input: ${input}) { userErrors { code } } }`))
    expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining(left)])
  })

  test('asked for again with the same terms is the same grant', async () => {
    const grantId = await running.createGrant(bucketId, 'subject')
    const before = await running.traces()
    expect(await running.createGrant(bucketId, 'subject')).toBe(grantId)
    expect(await running.traces()).toEqual(before)
    expect(await running.createGrant(bucketId, 'subject', { rights: 'READ_WRITE' })).not.toBe(grantId)
  })

  test('asked for by several at once is one grant', async () => {
    const before = await running.traces()
    const made = await Promise.all(Array.from({ length: 6 }, () => running.createGrant(bucketId, 'subject')))
    expect(new Set(made).size).toBe(1)
    expect(await running.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
  })

  test('refuses subjects that are no other project of the organization, as one that never was', async () => {
    const before = await running.traces()
    const never = selfId('prj', systemIds.next()).text
    for (const subjectProjectId of [running.world.projectId('stranger'), never, running.world.projectId('owner')]) {
      expect(await create('of-owner', { subjectProjectId })).toMatchObject({
        data: {
          createStorageGrant: { grant: null, userErrors: [{ code: 'SUBJECT_INVALID', field: ['subjectProjectId'] }] },
        },
        errors: [],
      })
    }
    expect(await running.traces()).toEqual(before)
  })

  test('refuses an owner who is another, a bucket that is not there, an end in the past', async () => {
    const before = await running.traces()
    const missing = ownedId('bkt', running.world.scope('owner').projectId, systemIds.next()).text
    for (const [input, code] of [
      [{ ownerProjectId: running.world.projectId('third') }, 'OWNER_MISMATCH'],
      [{ bucketId: missing }, 'BUCKET_NOT_FOUND'],
      [{ expiresAt: running.world.clock.now().toISOString() }, 'EXPIRY_INVALID'],
    ] as const) {
      expect(await create('of-owner', input)).toMatchObject({
        data: { createStorageGrant: { grant: null, userErrors: [{ code }] } },
        errors: [],
      })
    }
    expect(await running.traces()).toEqual(before)
  })

  test.each([
    ['developer', 'CAPABILITY_REQUIRED'],
    ['of-subject', 'PROJECT_ACCESS_DENIED'],
    ['of-third', 'PROJECT_ACCESS_DENIED'],
    ['of-stranger', 'PROJECT_ACCESS_DENIED'],
  ])('is denied to %s with %s (R59)', async (member, code) => {
    const before = await running.traces()
    expect(await create(member)).toEqual({
      data: { createStorageGrant: null },
      errors: [{ path: 'createStorageGrant', code }],
    })
    expect(await running.traces()).toEqual(before)
  })
})

describe('a bucket that is shared', () => {
  test('is read by the subject through its own project, and by no third one (R59)', async () => {
    const grantId = await running.createGrant(bucketId, 'subject')
    const { nodes, errors } = await shared('of-subject', 'subject')
    expect(errors).toEqual([])
    expect(nodes).toContainEqual({
      grantId,
      bucketId,
      name: `shared-${String(names)}`,
      ownerProjectId: running.world.projectId('owner'),
      rights: 'READ',
      expiresAt: null,
    })
    expect(await reaches('third', bucketId)).toBe(false)
    expect(await shared('of-third', 'subject')).toEqual({
      nodes: [],
      cursors: [],
      errors: [{ path: '_entities.0', code: 'PROJECT_ACCESS_DENIED' }],
    })
  })

  test('shows its grants to its own project alone: list and look-up are denied to subject and third (R59)', async () => {
    const grantId = await running.createGrant(bucketId, 'subject')
    expect((await running.ask('viewer', GRANTS, { id: bucketId })).data).toMatchObject({
      bucket: { grants: { edges: [{ node: { id: grantId, subjectProjectId: running.world.projectId('subject') } }] } },
    })
    const ENTITY = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on StorageGrant { id } } }'
    for (const member of ['of-subject', 'of-third', 'of-stranger']) {
      expect((await running.ask(member, GRANTS, { id: bucketId })).errors).toEqual([
        { path: 'bucket', code: 'PROJECT_ACCESS_DENIED' },
      ])
      expect(await running.ask(member, ENTITY, { of: [{ __typename: 'StorageGrant', id: grantId }] })).toEqual({
        data: { _entities: [null] },
        errors: [{ path: '_entities.0', code: 'PROJECT_ACCESS_DENIED' }],
      })
    }
  })

  test('is out of reach once its grant has ended by itself', async () => {
    const expiresAt = new Date(running.world.clock.now().getTime() + 60_000).toISOString()
    await running.createGrant(bucketId, 'subject', { expiresAt })
    const another = await running.createBucket('of-owner', 'owner', `lasting-${String(names)}`)
    await running.createGrant(another, 'subject')
    const [{ total = 0 }, reachable] = [
      await shared('of-subject', 'subject', { first: 1 }),
      await reaches('subject', bucketId),
    ]
    expect(reachable).toBe(true)
    running.world.clock.advance(60)
    expect(await reaches('subject', bucketId)).toBe(false)
    expect((await shared('of-subject', 'subject', { first: 1, after: undefined })).total).toBe(total - 1)
  })

  test('whose grant has ended by the database’s clock alone is left out, and the others are listed', async () => {
    const { clock } = running.world
    await running.createGrant(bucketId, 'subject')
    const ending = await running.createBucket('of-owner', 'owner', `ending-${String(names)}`)
    clock.advance(-86_400)
    const expiresAt = new Date(clock.now().getTime() + 60_000).toISOString()
    await running.createGrant(ending, 'subject', { expiresAt })
    const { nodes, errors } = await shared('of-subject', 'subject')
    clock.advance(86_400)
    expect(errors).toEqual([])
    expect(nodes.map((node) => node.bucketId)).toContain(bucketId)
    expect(nodes.map((node) => node.bucketId)).not.toContain(ending)
  })
})

test('Project.sharedBuckets is walked by the age of the grants, in both directions', async () => {
  const buckets = [bucketId]
  for (const at of [1, 2]) buckets.push(await running.createBucket('of-owner', 'owner', `page-${String(at)}`))
  for (const bucket of buckets) await running.createGrant(bucket, 'third')
  const first = await shared('of-third', 'third', { first: 2 })
  const rest = await shared('of-third', 'third', { first: 2, after: first.cursors[1] })
  const back = await shared('of-third', 'third', { last: 2, before: rest.cursors[0] })
  expect([...first.nodes, ...rest.nodes].map((node) => node.bucketId)).toEqual(buckets)
  expect(back.nodes).toEqual(first.nodes)
})

describe('revokeStorageGrant', () => {
  test('ends the use of the bucket at once, and once', async () => {
    const grantId = await running.createGrant(bucketId, 'subject')
    const before = await running.traces()
    const outcomes = await Promise.all([revoke('of-owner', grantId), revoke('of-owner', grantId)])
    const codes = outcomes.map(({ data }) => JSON.stringify(data).includes('ALREADY_REVOKED')).toSorted()
    expect(codes).toEqual([false, true])
    expect(await running.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
    expect(await reaches('subject', bucketId)).toBe(false)
    expect(await running.createGrant(bucketId, 'subject')).not.toBe(grantId)
  })

  test.each([
    ['of-subject', 'PROJECT_ACCESS_DENIED'],
    ['of-third', 'PROJECT_ACCESS_DENIED'],
    ['of-stranger', 'PROJECT_ACCESS_DENIED'],
    ['developer', 'CAPABILITY_REQUIRED'],
  ])('is denied to %s with %s, and the grant holds (R59)', async (member, code) => {
    const grantId = await running.createGrant(bucketId, 'subject')
    expect((await revoke(member, grantId)).errors).toEqual([{ path: 'revokeStorageGrant', code }])
    expect(await reaches('subject', bucketId)).toBe(true)
  })

  test('finds no grant of another project under an id that was forged to name the subject’s own (R59)', async () => {
    const grantId = await running.createGrant(bucketId, 'subject')
    const forged = ownedId('sgr', running.world.scope('subject').projectId, localOf(grantId)).text
    expect(await revoke('of-subject', forged)).toMatchObject({
      data: { revokeStorageGrant: { grant: null, userErrors: [{ code: 'NOT_FOUND', field: ['grantId'] }] } },
      errors: [],
    })
    expect(await reaches('subject', bucketId)).toBe(true)
  })
})

describe('the database, whatever the code asks of it (R59)', () => {
  const seen = (project: string) =>
    service.read(running.world.scope(project), (db) => db.bucket.findMany({ where: { id: localOf(bucketId) } }))
  const seenGrants = (project: string) =>
    service.read(running.world.scope(project), (db) =>
      db.storageGrant.findMany({ where: { bucketId: localOf(bucketId) } }),
    )

  test('lets the subject’s scope read bucket and grant, for as long as the grant holds', async () => {
    expect([await seen('subject'), await seen('third'), await seen('stranger')].map((rows) => rows.length)).toEqual([
      0, 0, 0,
    ])
    const grantId = await running.createGrant(bucketId, 'subject')
    expect([await seen('subject'), await seen('third'), await seen('stranger')].map((rows) => rows.length)).toEqual([
      1, 0, 0,
    ])
    expect([await seenGrants('subject'), await seenGrants('third')].map((rows) => rows.length)).toEqual([1, 0])
    await revoke('of-owner', grantId)
    expect(await seen('subject')).toEqual([])
  })

  test('lets the subject’s scope change neither, and nobody delete', async () => {
    await running.createGrant(bucketId, 'subject', { rights: 'READ_WRITE' })
    const changed = await service.write(running.world.scope('subject'), async (db) => [
      (await db.bucket.updateMany({ where: { id: localOf(bucketId) }, data: { name: 'stolen' } })).count,
      (
        await db.storageGrant.updateMany({
          where: { bucketId: localOf(bucketId) },
          data: { revokedAt: running.world.clock.now() },
        })
      ).count,
    ])
    expect(changed).toEqual([0, 0])
    expect(await seen('subject')).toMatchObject([{ name: `shared-${String(names)}` }])
    const removal = service.write(running.world.scope('owner'), (db) => db.bucket.deleteMany())
    await expect(removal).rejects.toThrow(/permission denied|denied access/)
  })

  test('lets the subject’s scope give no grant on the bucket', async () => {
    const [owner, subject, third] = ['owner', 'subject', 'third'].map((project) => running.world.scope(project))
    if (!owner || !subject || !third) throw new Error('three projects were asked for')
    await running.createGrant(bucketId, 'subject')
    const insert = service.write(subject, (db) =>
      db.storageGrant.createMany({
        data: [
          {
            ...owner.columns,
            id: systemIds.next(),
            bucketId: localOf(bucketId),
            subjectOrgId: third.organizationId,
            subjectProjectId: third.projectId,
            rights: 'READ',
            createdAt: running.world.clock.now(),
          },
        ],
      }),
    )
    await expect(insert).rejects.toThrow('row-level security')
  })
})
