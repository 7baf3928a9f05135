import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { sealBatch } from '../../../platform/audit/seal-batch.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { selfId } from '../../../platform/ids/id.ts'
import { AUDITED_SCHEMAS, closeMinutes, tamper } from '../../../test/testkit/audit-rows.ts'
import { hostedSubgraph, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { NOBODY, world, type World } from '../../../test/testkit/world.ts'
import { iam } from '../index.ts'

let tenants: World
let owner: Client
let sealing: Client
let ask: Ask
let id: string

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .member('dev', 'developer')
    .project('p')
    .project('q')
    .organization('b')
    .member('stranger', 'owner')
    .project('foreign')
    .build()
  id = selfId('org', tenants.scope('p').organizationId).text
  owner = new Client({ connectionString: tenants.ownerUrl })
  sealing = new Client({ connectionString: tenants.urlOf('sealer') })
  await Promise.all([owner.connect(), sealing.connect()])
  ask = hostedSubgraph(tenants, iam, 'iam')
}, 60_000)
afterAll(async () => {
  await Promise.all([owner.end(), sealing.end()])
  await tenants.end()
})

/** An entry as it is written and as it is read. */
interface Row {
  readonly correlationId: string
  readonly occurredAt: string
  readonly action: string
  readonly actorId: string
  readonly result: 'SUCCEEDED' | 'DENIED'
  readonly project: 'p' | 'q' | undefined
}

/** All that was written to the log of organization a, oldest first. */
const written: Row[] = []

/** The number gives every filter about as many rows that it holds as that it does not, and every mixture of them. */
const write = async (): Promise<void> => {
  const n = written.length
  const row: Row = {
    correlationId: `correlation-${String(n)}`,
    occurredAt: new Date(Date.UTC(2026, 2, 1, 12, 0, n % 10)).toISOString(),
    action: n % 2 === 0 ? 'compute.allocation.release' : 'storage.bucket.create',
    actorId: n % 3 === 0 ? 'usr_1' : 'usr_2',
    result: n % 7 === 0 ? 'DENIED' : 'SUCCEEDED',
    project: ([undefined, 'p', 'q', 'p'] as const)[n % 4],
  }
  written.push(row)
  const { organizationId } = tenants.scope('p')
  const projectId = row.project === undefined ? null : tenants.scope(row.project).projectId
  const { correlationId, occurredAt, action, actorId } = row
  if (row.result === 'DENIED') {
    const denial = { id: systemIds.next(), org_id: organizationId, project_id: projectId, actor_kind: 'user', count: 1 }
    const rest = { coordinate: `Mutation.n${String(n)}`, code: 'CAPABILITY_REQUIRED', correlation_id: correlationId }
    const batch = [{ ...denial, ...rest, actor_id: actorId, action, first_at: occurredAt, last_at: occurredAt }]
    await owner.query('select audit.record_denials($1)', [JSON.stringify(batch)])
    return
  }
  await owner.query(
    `insert into ${AUDITED_SCHEMAS[n % AUDITED_SCHEMAS.length] ?? 'iam'}.audit_log
       (id, occurred_at, action, target, result, actor_kind, actor_id, org_id, project_id, correlation_id, details)
     values ($1, $2, $3, 'target', 'SUCCEEDED', 'user', $4, $5, $6, $7, '{}')`,
    [systemIds.next(), occurredAt, action, actorId, organizationId, projectId, correlationId],
  )
}

const sealSome = (batch: number) => sealBatch(sealing, { clock: tenants.clock, signer: undefined, batch })

/** Forty entries, more than half of them sealed. */
beforeEach(async () => {
  written.length = 0
  for (const schema of AUDITED_SCHEMAS) await tamper(owner, `delete from ${schema}.audit_log`)
  for (const table of ['entries', 'checkpoints', 'unsealed', 'denials'])
    await tamper(owner, `delete from audit.${table}`)
  for (let n = 0; n < 40; n += 1) await write()
  await closeMinutes(owner)
  await sealSome(25)
})

interface Page {
  readonly edges: readonly {
    readonly cursor: string
    readonly node: { readonly id: string; readonly correlationId: string }
  }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

const LIST = `query ($id: ID!, $filter: AuditEntryFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditEntries(organizationId: $id, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id correlationId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

const read = async (variables: Readonly<Record<string, unknown>>): Promise<Page> => {
  const { data, errors } = await ask('owner', LIST, { id, ...variables })
  expect(errors).toEqual([])
  return (data as { readonly auditEntries: Page }).auditEntries // as the query asks
}

const named = ({ edges }: Page): readonly string[] => edges.map(({ node }) => node.correlationId)
const newestFirst = (rows: readonly Row[]): readonly string[] => rows.map((row) => row.correlationId).toReversed()

describe('pages of the audit log', () => {
  test('go forwards over what was there, each entry once, while others are written and sealed', async () => {
    const there = newestFirst(written)
    const seen: string[] = []
    for (let after: string | null = null, more = true; more;) {
      const page: Page = await read({ first: 7, after })
      expect(page.pageInfo).toMatchObject({ hasPreviousPage: after !== null, endCursor: page.edges.at(-1)?.cursor })
      seen.push(...named(page))
      after = page.pageInfo.endCursor
      more = page.pageInfo.hasNextPage
      await write()
      await sealSome(3)
    }
    expect(seen).toEqual(there)
  })

  test('go backwards from the oldest, and meet what was written in between', async () => {
    const seen: string[] = []
    for (let before: string | null = null, turn = 0, more = true; more; turn += 1) {
      const page: Page = await read({ last: 7, before })
      expect(page.pageInfo).toMatchObject({ hasNextPage: before !== null, startCursor: page.edges[0]?.cursor })
      seen.unshift(...named(page))
      before = page.pageInfo.startCursor
      more = page.pageInfo.hasPreviousPage
      if (turn < 3) await write()
      await sealSome(3)
    }
    expect(written).toHaveLength(43)
    expect(seen).toEqual(newestFirst(written))
  })

  test('are the same however often they are read, before an entry is sealed and after', async () => {
    const before = await read({ first: 40 })
    expect(new Set(before.edges.map(({ node }) => node.id)).size).toBe(40)
    while ((await sealSome(4)) > 0) expect(await read({ first: 40 })).toEqual(before)
  })

  test('turn round at a cursor without leaving an entry out', async () => {
    const first = await read({ first: 10 })
    const second = await read({ first: 10, after: first.pageInfo.endCursor })
    expect(named(await read({ last: 10, before: second.pageInfo.startCursor }))).toEqual(named(first))
  })
})

describe('the filter', () => {
  const [FROM, TO] = ['2026-03-01T12:00:03.000Z', '2026-03-01T12:00:08.000Z']
  const CONDITIONS: readonly (readonly [name: string, value: () => string, holds: (row: Row) => boolean])[] = [
    ['action', () => 'storage.bucket.create', ({ action }) => action === 'storage.bucket.create'],
    ['actorId', () => 'usr_2', ({ actorId }) => actorId === 'usr_2'],
    ['result', () => 'SUCCEEDED', ({ result }) => result === 'SUCCEEDED'],
    ['from', () => FROM, ({ occurredAt }) => occurredAt >= FROM],
    ['to', () => TO, ({ occurredAt }) => occurredAt < TO],
    ['projectId', () => tenants.projectId('p'), ({ project }) => project === 'p'],
  ]

  test('by each condition alone and every combination of them gives what holds all', async () => {
    for (let bits = 0; bits < 2 ** CONDITIONS.length; bits += 1) {
      const chosen = CONDITIONS.filter((_, at) => (bits >> at) % 2 === 1)
      const filter = Object.fromEntries(chosen.map(([name, value]) => [name, value()]))
      const expected = newestFirst(written.filter((row) => chosen.every(([, , holds]) => holds(row))))
      expect({ filter, found: named(await read({ filter, first: 40 })) }).toEqual({ filter, found: expected })
      expect(expected.length).toBeGreaterThan(0)
    }
  })

  test('holds across pages, forwards and backwards', async () => {
    const filter = { action: 'storage.bucket.create', actorId: 'usr_2' }
    const expected = newestFirst(
      written.filter((row) => row.action === filter.action && row.actorId === filter.actorId),
    )
    const first = await read({ filter, first: 4 })
    const second = await read({ filter, first: 100, after: first.pageInfo.endCursor })
    expect([...named(first), ...named(second)]).toEqual(expected)
    expect(named(await read({ filter, last: 4 }))).toEqual(expected.slice(-4))
  })

  test('by a project of another organization finds nothing; what is no project is INVALID_ID', async () => {
    expect(named(await read({ filter: { projectId: tenants.projectId('foreign') } }))).toEqual([])
    expect(await ask('owner', LIST, { id, filter: { projectId: 'prj_nonsense' } })).toMatchObject({
      errors: [{ code: 'INVALID_ID' }],
    })
  })
})

describe('what is refused', () => {
  const refused = async (variables: Readonly<Record<string, unknown>>, member = 'owner') => {
    const { data, errors } = await ask(member, LIST, { id, ...variables })
    expect(data).toEqual({ auditEntries: null })
    return errors.map(({ code }) => code)
  }

  test.each([
    { first: 0 },
    { first: -1 },
    { first: 101 },
    { last: 0 },
    { last: 101 },
    { first: 3, last: 3 },
    { before: 'x' },
  ])('a page out of bounds or in two directions: %j', async (page) => {
    expect(await refused(page)).toEqual(['INVALID_INPUT'])
  })

  test('a cursor of another filter, organization or of nothing', async () => {
    const { pageInfo } = await read({ first: 5, filter: { actorId: 'usr_2' } })
    const { endCursor: after } = pageInfo
    expect(named(await read({ first: 5, filter: { actorId: 'usr_2' }, after }))).toHaveLength(5)
    for (const filter of [null, {}, { actorId: 'usr_1' }, { actorId: 'usr_2', result: 'DENIED' }]) {
      expect(await refused({ filter, after })).toEqual(['INVALID_CURSOR'])
    }
    expect(await refused({ last: 5, before: 'nonsense' })).toEqual(['INVALID_CURSOR'])
    const theirs = selfId('org', tenants.scope('foreign').organizationId).text
    expect(await refused({ id: theirs, filter: { actorId: 'usr_2' }, after }, 'stranger')).toEqual(['INVALID_CURSOR'])
  })

  test('R7: a foreign organization, in the same words as one that never was', async () => {
    const nowhere = selfId('org', systemIds.next()).text
    for (const variables of [{}, { first: 3, filter: { actorId: 'usr_1' } }]) {
      const foreign = await ask('stranger', LIST, { id, ...variables })
      expect(foreign.errors).toMatchObject([{ code: 'ORGANIZATION_ACCESS_DENIED' }])
      expect(await ask('stranger', LIST, { ...variables, id: nowhere })).toEqual(foreign)
    }
  })

  test('who may not read the log, whoever they are', async () => {
    expect(await refused({}, 'dev')).toEqual(['CAPABILITY_REQUIRED'])
    expect(await refused({}, NOBODY)).toEqual(['UNAUTHENTICATED'])
  })
})
