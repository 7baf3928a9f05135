import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import type { Outcome } from '../../../test/testkit/hosted-subgraph.ts'
import { NOBODY } from '../../../test/testkit/world.ts'
import { CREATE_BUCKET, runningStorage, type RunningStorage } from '../testkit/running-storage.ts'

let running: RunningStorage

beforeAll(async () => {
  running = await runningStorage()
})

afterAll(() => running.world.end())

const create = (member: string, project: string, name: string) =>
  running.ask(member, CREATE_BUCKET, { input: { projectId: running.world.projectId(project), name } })

const codeOf = ({ errors }: Outcome) => errors[0]?.code

const READ = 'query ($id: ID!) { bucket(id: $id) { id name } }'

describe('createBucket', () => {
  test('makes a bucket, with an audit row and an event of its owner', async () => {
    const before = await running.traces()
    expect(await create('developer', 'owner', 'logs')).toMatchObject({
      data: {
        createBucket: { bucket: { name: 'logs', createdAt: running.world.clock.now().toISOString() }, userErrors: [] },
      },
      errors: [],
    })
    expect(await running.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
    const [event] = await running.world.rows<object>(
      'select type, org_id, project_id from storage.outbox order by id desc limit 1',
    )
    const { organizationId, projectId } = running.world.scope('owner')
    expect(event).toEqual({ type: 'storage.bucket_created', org_id: organizationId, project_id: projectId })
  })

  test('refuses a taken name, and leaves neither audit row nor event behind', async () => {
    await running.createBucket('developer', 'owner', 'taken')
    const before = await running.traces()
    expect(await create('developer', 'owner', 'taken')).toMatchObject({
      data: { createBucket: { bucket: null, userErrors: [{ code: 'NAME_TAKEN', field: ['name'] }] } },
      errors: [],
    })
    expect(await create('developer', 'owner', 'No name')).toMatchObject({
      data: { createBucket: { bucket: null, userErrors: [{ code: 'NAME_INVALID', field: ['name'] }] } },
      errors: [],
    })
    expect(await running.traces()).toEqual(before)
    expect(await create('of-third', 'third', 'taken')).toMatchObject({ data: { createBucket: { userErrors: [] } } })
  })

  const keyed = (member: string, project: string, name: string, idempotencyKey: string | null) =>
    running.ask(member, CREATE_BUCKET, {
      input: { projectId: running.world.projectId(project), name, idempotencyKey },
    })

  test('R97: sent again under its key answers the same, by whatever words, and leaves no second trace', async () => {
    const first = await keyed('developer', 'owner', 'again', 'k 1')
    const before = await running.traces()
    running.world.clock.advance(60)
    expect(await keyed('developer', 'owner', 'again', 'k 1')).toEqual(first)
    const inline = `mutation { createBucket(input: { idempotencyKey: "k 1", name: "again", projectId: "${running.world.projectId('owner')}" }) {
      bucket { id name createdAt } userErrors { code field message } } }`
    expect(await running.ask('developer', inline)).toEqual(first)
    expect(await keyed('of-owner', 'owner', 'again', 'k 1')).toMatchObject({
      data: { createBucket: { userErrors: [{ code: 'NAME_TAKEN' }] } },
    })
    expect(await keyed('developer', 'owner', 'again', null)).toMatchObject({
      data: { createBucket: { userErrors: [{ code: 'NAME_TAKEN' }] } },
    })
    expect(await running.traces()).toEqual(before)
    expect(codeOf(await keyed('developer', 'owner', 'other', 'k 1'))).toBe('IDEMPOTENCY_KEY_REUSED')
  })

  test('R97: sent again by somebody who may not any more is denied, as if it had never been done', async () => {
    await keyed('leaver', 'owner', 'left-behind', 'k 2')
    await running.world.rows('update iam.project_memberships set deleted_at = now() where user_id = $1', [
      parseIdOrThrow('usr', running.world.userId('leaver'), 'id').local,
    ])
    const gone = [await keyed('leaver', 'owner', 'left-behind', 'k 2'), await keyed('leaver', 'owner', 'new', 'k 3')]
    expect(gone.map(codeOf)).toEqual(['PROJECT_ACCESS_DENIED', 'PROJECT_ACCESS_DENIED'])
  })

  test.each(['', 'x'.repeat(256), 'line\nbreak'])('R97: %j is no key, and nothing is made', async (key) => {
    const before = await running.traces()
    expect(codeOf(await keyed('developer', 'owner', 'keyless', key))).toBe('INVALID_INPUT')
    expect(await running.traces()).toEqual(before)
  })

  test('of several at once with one name makes one', async () => {
    const before = await running.traces()
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => create('developer', 'owner', 'contested')))
    expect(outcomes.filter(({ data }) => JSON.stringify(data).includes('NAME_TAKEN'))).toHaveLength(5)
    expect(await running.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
  })

  test.each([
    ['of-stranger', 'PROJECT_ACCESS_DENIED'],
    ['of-third', 'PROJECT_ACCESS_DENIED'],
    ['viewer', 'CAPABILITY_REQUIRED'],
    [NOBODY, 'UNAUTHENTICATED'],
  ])('is denied to %s with %s', async (member, code) => {
    const before = await running.traces()
    const path = 'createBucket'
    expect(await create(member, 'owner', 'denied')).toEqual({ data: { [path]: null }, errors: [{ path, code }] })
    expect(await running.traces()).toEqual(before)
  })
})

describe('a bucket', () => {
  test('is read by members of its project, and denied to others as one that never was (R7)', async () => {
    const id = await running.createBucket('developer', 'owner', 'read')
    expect(await running.ask('viewer', READ, { id })).toEqual({ data: { bucket: { id, name: 'read' } }, errors: [] })
    const never = ownedId('bkt', systemIds.next(), systemIds.next()).text
    for (const asked of [id, never]) {
      expect(await running.ask('of-third', READ, { id: asked })).toEqual({
        data: { bucket: null },
        errors: [{ path: 'bucket', code: 'PROJECT_ACCESS_DENIED' }],
      })
    }
  })

  test('is found beside an id of another kind, which is malformed', async () => {
    const id = await running.createBucket('of-owner', 'owner', 'beside')
    const other = ownedId('alc', running.world.scope('owner').projectId, systemIds.next()).text
    const both = 'query ($id: ID!, $other: ID!) { bucket(id: $id) { id } other: bucket(id: $other) { id } }'
    expect(await running.ask('viewer', both, { id, other })).toEqual({
      data: { bucket: { id }, other: null },
      errors: [{ path: 'other', code: 'INVALID_ID' }],
    })
    const input = { projectId: id, name: 'in-a-bucket' }
    expect(await running.ask('of-owner', CREATE_BUCKET, { input })).toEqual({
      data: { createBucket: null },
      errors: [{ path: 'createBucket', code: 'INVALID_ID' }],
    })
  })

  test('is resolved as an entity for members alone, in one answer with those of others', async () => {
    const ours = await running.createBucket('of-owner', 'owner', 'entity')
    const theirs = await running.createBucket('of-third', 'third', 'entity')
    const of = [ours, theirs].map((id) => ({ __typename: 'Bucket', id }))
    const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Bucket { id } } }'
    expect(await running.ask('viewer', ENTITIES, { of })).toEqual({
      data: { _entities: [{ id: ours }, null] },
      errors: [{ path: '_entities.1', code: 'PROJECT_ACCESS_DENIED' }],
    })
  })
})

describe('Project.buckets', () => {
  const LIST = `query ($of: [_Any!]!, $first: Int, $after: String, $last: Int, $before: String) {
    _entities(representations: $of) {
      ... on Project {
        buckets(first: $first, after: $after, last: $last, before: $before) {
          edges { cursor node { name } }
          pageInfo { hasNextPage hasPreviousPage endCursor }
        }
      }
    }
  }`

  interface Page {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly name: string } }[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string }
  }

  const list = async (member: string, page: Record<string, unknown>) => {
    const of = [{ __typename: 'Project', id: running.world.projectId('third') }]
    const { data, errors } = await running.ask(member, LIST, { of, ...page })
    const [project] = (data as { _entities: ({ buckets: Page | null } | null)[] })._entities // as LIST asks
    return { page: project?.buckets ?? undefined, errors }
  }
  const namesOf = (page: Page | undefined) => page?.edges.map(({ node }) => node.name) ?? []

  test('is walked by age in both directions, and what is added meanwhile shifts nothing', async () => {
    const start = (await list('of-third', { last: 1 })).page?.edges[0]?.cursor
    const names = Array.from({ length: 5 }, (_, at) => `walked-${String(at)}`)
    for (const name of names) await running.createBucket('of-third', 'third', name)
    const first = (await list('of-third', { first: 2, after: start })).page
    await running.createBucket('of-third', 'third', 'added-meanwhile')
    const second = (await list('of-third', { first: 2, after: first?.pageInfo.endCursor })).page
    const third = (await list('of-third', { first: 2, after: second?.pageInfo.endCursor })).page
    expect([first, second, third].flatMap(namesOf)).toEqual([...names, 'added-meanwhile'])
    expect([first, second, third].map((page) => page?.pageInfo.hasNextPage)).toEqual([true, true, false])
    const back = (await list('of-third', { last: 2, before: third?.edges[0]?.cursor })).page
    expect(namesOf(back)).toEqual(names.slice(2, 4))
    expect(back?.pageInfo.hasPreviousPage).toBe(true)
  })

  test('is denied to other projects, and refuses pages that are too long', async () => {
    expect((await list('of-owner', {})).errors).toEqual([{ path: '_entities.0', code: 'PROJECT_ACCESS_DENIED' }])
    expect((await list('of-third', { first: 101 })).errors).toMatchObject([{ code: 'INVALID_INPUT' }])
    expect((await list('of-third', { first: 0 })).errors).toMatchObject([{ code: 'INVALID_INPUT' }])
  })
})
