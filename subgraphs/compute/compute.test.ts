import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { capabilitiesOf, type Role } from '../../directives/capabilities.ts'
import type { Grants } from '../../platform/access/grants.ts'
import { NO_GRANTS } from '../../platform/access/grants.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import type { ProjectScope } from '../../platform/access/scope.ts'
import { createMemoryCache } from '../../platform/cache/memory-cache.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { ownedId, selfId } from '../../platform/ids/id.ts'
import { silentLog } from '../../platform/log/log.ts'
import { hostSubgraph } from '../../server/subgraph/build.ts'
import { documentCache } from '../../server/subgraph/documents.ts'
import { operationRunner } from '../../server/subgraph/operation.ts'
import { compute } from './index.ts'
import { createTestCloud, someUuid, type TestCloud } from './testkit/test-cloud.ts'

/** What each caller of this file may do, by name. */
const callers = new Map<string, Grants>()

const caller = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})

const memberOf = (role: Role, ...projects: readonly ProjectScope[]): Grants => ({
  ...NO_GRANTS,
  userId: someUuid(),
  projects: new Map(
    projects.map(({ organizationId, projectId }) => [
      projectId,
      { organizationId, suspended: false, capabilities: capabilitiesOf(role) },
    ]),
  ),
})

let cloud: TestCloud
let serve: (text: string, variables: Readonly<Record<string, unknown>>, principal: Principal) => Promise<unknown>
let vision: ProjectScope
let planning: ProjectScope
let foreign: ProjectScope
let statements = 0

beforeAll(async () => {
  cloud = await createTestCloud()
  const database: typeof cloud.database = {
    ...cloud.database,
    read: (scope, work) => {
      statements += 1
      return cloud.database.read(scope, work)
    },
    write: (scope, work) => {
      statements += 1
      return cloud.database.write(scope, work)
    },
  }
  const subgraph = compute.start({
    database,
    cache: createMemoryCache({ clock: cloud.clock, log: silentLog }),
    clock: cloud.clock,
    ids: systemIds,
    log: silentLog,
    announceGrants: () => Promise.resolve(),
    graph: '0'.repeat(64),
    grants: { load: () => Promise.resolve(NO_GRANTS) },
    watch: () => () => undefined,
    audience: () => Promise.resolve([]),
  })
  const hosted = hostSubgraph(compute, subgraph, { clock: cloud.clock })
  const load = (principal: Principal) =>
    Promise.resolve((principal.kind === 'user' ? callers.get(principal.subject) : undefined) ?? NO_GRANTS)
  const run = operationRunner({ subgraph: hosted, grants: { load, fresh: load } })
  const documents = documentCache(hosted.schema)
  serve = async (text, variables, principal) => {
    const cancellation = new Cancellation()
    const prepared = run({ document: documents(text), operationName: undefined, variables, principal, cancellation })
    if (!prepared.ok) throw new AggregateError(prepared.error, prepared.error.map(({ message }) => message).join())
    // As it travels: prototypes and dates are gone.
    return JSON.parse(JSON.stringify(await prepared.value.execute())) as unknown
  }
})

afterAll(() => cloud.drop())

beforeEach(async () => {
  await cloud.clear()
  await cloud.region('here')
  await cloud.region('there')
  await cloud.sku('whole', { shape: 'BARE_METAL', gpuCount: 4, fabric: 'IB' })
  await cloud.sku('slice', { shape: 'VM_SLICE', gpuCount: 1 })
  await cloud.node('n1', { fabric: 'IB' })
  await cloud.node('n2')
  vision = await cloud.project()
  planning = await cloud.project()
  foreign = await cloud.project()
  callers.set('developer', memberOf('developer', vision, planning))
  callers.set('viewer', memberOf('viewer', vision))
  callers.set('stranger', memberOf('owner', foreign))
  callers.set('operator', { ...NO_GRANTS, userId: someUuid(), platform: capabilitiesOf('operator') })
  statements = 0
})

const as = (name: string, text: string, variables: Readonly<Record<string, unknown>> = {}) =>
  serve(text, variables, caller(name))

const projectId = (scope: ProjectScope) => selfId('prj', scope.projectId).text
const failure = (code: string) =>
  expect.objectContaining({ extensions: expect.objectContaining({ code }) as unknown }) as unknown

const CREATE = `mutation ($input: CreateAllocationInput!) {
  createAllocation(input: $input) { allocation { id name state gpuCount region { code } sku { code } project { id } } userErrors { code field message } }
}`
const RELEASE = `mutation ($input: ReleaseAllocationInput!) {
  releaseAllocation(input: $input) { allocation { id state releasingAt } userErrors { code field } }
}`
const LIST = `query ($p: [_Any!]!, $first: Int, $after: String, $last: Int, $before: String, $filter: AllocationFilter) {
  _entities(representations: $p) { ... on Project { id
    allocations(first: $first, after: $after, last: $last, before: $before, filter: $filter) { edges { node { name state } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }
}`

interface Page {
  readonly data: {
    readonly _entities: readonly {
      readonly allocations: {
        readonly edges: readonly { readonly node: { readonly name: string } }[]
        readonly pageInfo: { readonly endCursor: string; readonly startCursor: string; readonly hasNextPage: boolean }
      }
    }[]
  }
}

const list = async (scopes: readonly ProjectScope[], variables: object = {}): Promise<Page> => {
  const p = scopes.map((scope) => ({ __typename: 'Project', id: projectId(scope) }))
  return (await as('developer', LIST, { p, ...variables })) as Page // of the shape that LIST asks for
}
const names = ({ data }: Page, index = 0) => data._entities[index]?.allocations.edges.map(({ node }) => node.name)
const pageInfo = ({ data }: Page) => data._entities[0]?.allocations.pageInfo

const create = async (scope: ProjectScope, name: string, skuCode = 'slice'): Promise<string> => {
  const answer = await as('developer', CREATE, { input: { projectId: projectId(scope), name, skuCode } })
  const { id } = (answer as { data: { createAllocation: { allocation: { id: string } } } }).data.createAllocation
    .allocation // as CREATE asks
  return id
}

describe('mutations', () => {
  test('an allocation is made, shown and given back', async () => {
    const input = { projectId: projectId(vision), name: 'train', skuCode: 'slice', regionCode: 'here' }
    expect(await as('developer', CREATE, { input })).toEqual({
      data: {
        createAllocation: {
          allocation: {
            id: expect.stringMatching(/^alc_/),
            name: 'train',
            state: 'PLACED',
            gpuCount: 1,
            region: { code: 'here' },
            sku: { code: 'slice' },
            project: { id: projectId(vision) },
          },
          userErrors: [],
        },
      },
    })
    const id = await create(vision, 'other')
    const releasingAt = cloud.clock.now().toISOString()
    const given = { allocation: { id, state: 'RELEASING', releasingAt }, userErrors: [] }
    expect(await as('developer', RELEASE, { input: { allocationId: id } })).toEqual({
      data: { releaseAllocation: given },
    })
    const again = { allocation: null, userErrors: [{ code: 'ALREADY_RELEASED', field: ['allocationId'] }] }
    expect(await as('developer', RELEASE, { input: { allocationId: id } })).toEqual({
      data: { releaseAllocation: again },
    })
  })

  test('an expected refusal is a userError that names its field', async () => {
    const input = { projectId: projectId(vision), name: 'train', skuCode: 'a100-mig-1g' }
    expect(await as('developer', CREATE, { input })).toMatchObject({
      data: { createAllocation: { allocation: null, userErrors: [{ code: 'UNSUPPORTED_SHAPE', field: ['skuCode'] }] } },
    })
  })

  test('who may only look changes nothing, and a stranger learns nothing', async () => {
    const id = await create(vision, 'train')
    const input = { projectId: projectId(vision), name: 'mine', skuCode: 'slice' }
    expect(await as('viewer', CREATE, { input })).toEqual({
      data: { createAllocation: null },
      errors: [failure('CAPABILITY_REQUIRED')],
    })
    statements = 0
    for (const allocationId of [id, ownedId('alc', someUuid(), someUuid()).text]) {
      const denied = { data: { releaseAllocation: null }, errors: [failure('PROJECT_ACCESS_DENIED')] }
      expect(await as('stranger', RELEASE, { input: { allocationId } })).toEqual(denied)
    }
    expect(statements).toBe(0)
  })

  test('an id of another kind is malformed, even in a project of one’s own', async () => {
    const allocationId = ownedId('bkt', vision.projectId, someUuid()).text
    expect(await as('developer', RELEASE, { input: { allocationId } })).toEqual({
      data: { releaseAllocation: null },
      errors: [failure('INVALID_ID')],
    })
    const input = { projectId: allocationId, name: 'train', skuCode: 'slice' }
    expect(await as('developer', CREATE, { input })).toEqual({
      data: { createAllocation: null },
      errors: [failure('INVALID_ID')],
    })
  })

  test('text that no database holds is the caller’s mistake, not ours', async () => {
    const input = { projectId: projectId(vision), name: 'train', skuCode: 'slice\u0000' }
    expect(await as('developer', CREATE, { input })).toMatchObject({
      data: { createAllocation: null },
      errors: [{ extensions: { code: 'INVALID_INPUT' } }],
    })
  })
})

describe('allocation', () => {
  const QUERY =
    'query ($id: ID!) { allocation(id: $id) { name state region { name } placedAt activeAt failureReason } }'

  test('is shown to those who may see it; what does not exist is null to them', async () => {
    const id = await create(vision, 'train')
    expect(await as('viewer', QUERY, { id })).toMatchObject({
      data: { allocation: { name: 'train', state: 'PLACED', activeAt: null } },
    })
    const missing = ownedId('alc', vision.projectId, someUuid()).text
    expect(await as('viewer', QUERY, { id: missing })).toEqual({ data: { allocation: null } })
  })

  test('of another project is denied before anything is read, as one that does not exist is (R6, R7)', async () => {
    const id = await create(vision, 'train')
    statements = 0
    const foreignAnswer = await as('stranger', QUERY, { id })
    const missing = await as('stranger', QUERY, { id: ownedId('alc', someUuid(), someUuid()).text })
    expect(foreignAnswer).toEqual({ data: { allocation: null }, errors: [failure('PROJECT_ACCESS_DENIED')] })
    expect(missing).toEqual(foreignAnswer)
    expect(statements).toBe(0)
  })

  test('with a forged project of one’s own is not found', async () => {
    const local = Buffer.from((await create(vision, 'train')).slice(4), 'base64url').subarray(16)
    const own = Buffer.concat([Buffer.from(foreign.projectId.replaceAll('-', ''), 'hex'), local])
    expect(await as('stranger', QUERY, { id: `alc_${own.toString('base64url')}` })).toEqual({
      data: { allocation: null },
    })
  })

  test('as entities: a foreign one is denied, the rest resolve in one read', async () => {
    const ids = [await create(vision, 'a1'), await create(planning, 'a2')]
    const theirs = ownedId('alc', foreign.projectId, someUuid()).text
    statements = 0
    const representations = [...ids, theirs].map((id) => ({ __typename: 'Allocation', id }))
    const text = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Allocation { name } } }'
    expect(await as('developer', text, { r: representations })).toEqual({
      data: { _entities: [{ name: 'a1' }, { name: 'a2' }, null] },
      errors: [failure('PROJECT_ACCESS_DENIED')],
    })
    expect(statements).toBe(1)
  })
})

describe('Project.allocations', () => {
  test('lists newest first, page by page, in both directions', async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await create(vision, name)
    const first = await list([vision], { first: 2 })
    expect(names(first)).toEqual(['a5', 'a4'])
    const second = await list([vision], { first: 2, after: pageInfo(first)?.endCursor })
    expect(names(second)).toEqual(['a3', 'a2'])
    const third = await list([vision], { first: 2, after: pageInfo(second)?.endCursor })
    expect([names(third), pageInfo(third)?.hasNextPage]).toEqual([['a1'], false])
    const back = await list([vision], { last: 2, before: pageInfo(third)?.startCursor })
    expect(names(back)).toEqual(['a3', 'a2'])
  })

  test('keeps to the states asked for, and to the project', async () => {
    await create(vision, 'a1')
    const released = await create(vision, 'a2')
    await create(planning, 'other')
    await as('developer', RELEASE, { input: { allocationId: released } })
    expect(names(await list([vision], { filter: { states: ['RELEASING'] } }))).toEqual(['a2'])
    expect(names(await list([vision], { filter: { states: [] } }))).toEqual([])
    expect(names(await list([vision]))).toEqual(['a2', 'a1'])
  })

  test('of many projects is one read', async () => {
    await create(vision, 'a1')
    await create(planning, 'b1')
    statements = 0
    const both = await list([vision, planning])
    expect([names(both, 0), names(both, 1)]).toEqual([['a1'], ['b1']])
    expect(statements).toBe(1)
  })

  test('refuses a cursor of another filter', async () => {
    for (const name of ['a1', 'a2']) await create(vision, name)
    const after = pageInfo(await list([vision], { first: 1 }))?.endCursor
    expect(await list([vision], { after, filter: { states: ['PLACED'] } })).toMatchObject({
      errors: [failure('INVALID_CURSOR')],
    })
  })
})

describe('capacity', () => {
  const QUERY = `query ($filter: CapacityFilter, $first: Int, $after: String) {
    capacity(filter: $filter, first: $first, after: $after) { edges { node { sku { code } region { code } available } } pageInfo { hasNextPage endCursor } }
  }`
  const read = async (variables: object = {}) => {
    const answer = (await as('stranger', QUERY, { ...variables })) as {
      data: {
        capacity: {
          edges: { node: { sku: { code: string }; region: { code: string }; available: number } }[]
          pageInfo: { endCursor: string }
        }
      }
    } // of the shape that QUERY asks for
    const { edges, pageInfo: info } = answer.data.capacity
    return { rows: edges.map(({ node }) => [node.sku.code, node.region.code, node.available]), end: info.endCursor }
  }

  test('tells any signed-in user what would be placed, and tells it again after a claim', async () => {
    expect((await read()).rows).toEqual([
      ['whole', 'here', 1],
      ['whole', 'there', 0],
      ['slice', 'here', 8],
      ['slice', 'there', 0],
    ])
    await create(vision, 'train', 'whole')
    await create(vision, 'part')
    expect((await read({ filter: { regionCode: 'here' } })).rows).toEqual([
      ['whole', 'here', 0],
      ['slice', 'here', 3],
    ])
  })

  test('goes page by page and keeps to its filter', async () => {
    const first = await read({ first: 3 })
    expect((await read({ first: 3, after: first.end })).rows).toEqual([['slice', 'there', 0]])
    expect((await read({ filter: { skuCode: 'whole', regionCode: 'here' } })).rows).toEqual([['whole', 'here', 1]])
    expect((await read({ filter: { skuCode: 'nothing' } })).rows).toEqual([])
  })

  test('is not for anonymous callers', async () => {
    expect(await serve(QUERY, {}, ANONYMOUS)).toEqual({
      data: { capacity: null },
      errors: [failure('UNAUTHENTICATED')],
    })
  })
})

test('the catalogue is public', async () => {
  const text = '{ skus { edges { node { code shape gpuCount fabric } } } regions { edges { node { code } } } }'
  expect(await serve(text, {}, ANONYMOUS)).toEqual({
    data: {
      skus: {
        edges: [
          { node: { code: 'whole', shape: 'BARE_METAL', gpuCount: 4, fabric: 'IB' } },
          { node: { code: 'slice', shape: 'VM_SLICE', gpuCount: 1, fabric: 'NONE' } },
        ],
      },
      regions: { edges: [{ node: { code: 'here' } }, { node: { code: 'there' } }] },
    },
  })
})

describe('computeNodes', () => {
  const QUERY = `query ($filter: ComputeNodeFilter) {
    computeNodes(filter: $filter) { edges { node { id name state slots { position state } } } }
  }`

  test('are shown to operators alone', async () => {
    await create(vision, 'train', 'whole')
    const slots = [0, 1, 2, 3].map((position) => ({ position, state: 'CLAIMED' }))
    const n1 = { id: expect.stringMatching(/^nod_/), name: 'n1', state: 'CLAIMED', slots }
    expect(await as('operator', QUERY, { filter: { states: ['CLAIMED'] } })).toEqual({
      data: { computeNodes: { edges: [{ node: n1 }] } },
    })
    expect(await as('developer', QUERY)).toEqual({
      data: { computeNodes: null },
      errors: [failure('PLATFORM_ACCESS_DENIED')],
    })
  })

  test('one is found by its id', async () => {
    const [row] = await cloud.rows<{ id: string }>(`select id from compute.nodes where name = 'n2'`)
    const id = `nod_${Buffer.from((row?.id ?? '').replaceAll('-', ''), 'hex').toString('base64url')}`
    const text = 'query ($id: ID!) { computeNode(id: $id) { id name region { code } } }'
    expect(await as('operator', text, { id })).toEqual({
      data: { computeNode: { id, name: 'n2', region: { code: 'here' } } },
    })
    expect(await as('stranger', text, { id })).toEqual({
      data: { computeNode: null },
      errors: [failure('PLATFORM_ACCESS_DENIED')],
    })
  })
})
