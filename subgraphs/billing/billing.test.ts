import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ownedId, selfId, type Uuid } from '../../platform/ids/id.ts'
import { membership, serveSubgraph, type ServedSubgraph } from '../../test/testkit/serve-subgraph.ts'
import { billing } from './index.ts'
import { createTestBooks, type TestBooks } from './testkit/test-books.ts'

const HOUR = 3_600_000

let books: TestBooks
let served: ServedSubgraph
let statements = 0
let organization: string
let a1: string
let a2: string
let hoursAgo: (hours: number) => Date

beforeAll(async () => {
  books = await createTestBooks()
  const { tenants, clock, database } = books
  hoursAgo = (hours) => new Date(clock.now().getTime() - hours * HOUR)
  await books.price('h200', 4_000_000n, hoursAgo(5_000))
  await books.price('h200', 5_000_000n, hoursAgo(-10))
  await books.fund(tenants.a1.organizationId, 100_000_000n, hoursAgo(1_000))
  // The newest last; the first one ended before the 30 days that count by default.
  for (const hours of [800, 3, 2, 1]) {
    await books.handle(books.released(tenants.a1, { placedAt: hoursAgo(hours + 1), releasedAt: hoursAgo(hours) }))
  }
  await books.handle(books.released(tenants.a2, { placedAt: hoursAgo(5), releasedAt: hoursAgo(3) }))
  await books.handle(books.released(tenants.b1, { placedAt: hoursAgo(5), releasedAt: hoursAgo(3) }))

  const counting: typeof database = {
    ...database,
    read: (scope, work) => {
      statements += 1
      return database.read(scope, work)
    },
  }
  served = serveSubgraph(billing, { ...books.platform, database: counting })
  served.callers.set('owner', membership('owner', [tenants.a1, tenants.a2], [tenants.a1.organizationId]))
  served.callers.set('viewer', membership('viewer', [tenants.a1], [tenants.a1.organizationId]))
  served.callers.set('stranger', membership('owner', [tenants.b1], [tenants.b1.organizationId]))
  organization = selfId('org', tenants.a1.organizationId).text
  a1 = selfId('prj', tenants.a1.projectId).text
  a2 = selfId('prj', tenants.a2.projectId).text
})

afterAll(() => books.test.drop())

const PROJECTS = /* GraphQL */ `
  query ($projects: [_Any!]!, $from: DateTime, $to: DateTime) {
    _entities(representations: $projects) {
      ... on Project {
        id
        spend(from: $from, to: $to) {
          amount {
            amountMicros
            currency
          }
          from
          to
        }
        charges(first: 2) {
          edges {
            cursor
            node {
              id
              usedTo
              perHour {
                amountMicros
              }
              amount {
                amountMicros
              }
              sku {
                code
              }
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`
const project = (id: string) => ({ __typename: 'Project', id })
const euros = (amountMicros: string) => ({ amountMicros, currency: 'EUR' })

const LEDGER = /* GraphQL */ `
  query ($organization: ID!, $first: Int, $after: String, $last: Int, $before: String, $asOf: DateTime) {
    billingAccount(organizationId: $organization) {
      id
      currency
      organization {
        id
      }
      balance(asOf: $asOf) {
        amountMicros
        currency
      }
      ledger(first: $first, after: $after, last: $last, before: $before) {
        edges {
          node {
            id
            kind
            occurredAt
            entries {
              book
              amount {
                amountMicros
              }
            }
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`
interface Ledger {
  readonly balance: unknown
  readonly ledger: {
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly kind: string; readonly occurredAt: string }
    }[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly startCursor: string; readonly endCursor: string }
  }
}
const account = async (variables: Readonly<Record<string, unknown>>) => {
  const { data, errors } = await served.ask(LEDGER, { organization, first: 20, ...variables }, 'owner')
  if (errors) throw new Error(JSON.stringify(errors))
  return (data as { billingAccount: Ledger }).billingAccount // asked for above, and no error
}

describe('a project', () => {
  test('shows what it spent in the last 30 days, and what for, newest first; many projects cost two statements', async () => {
    statements = 0
    const { data, errors } = await served.ask(PROJECTS, { projects: [project(a1), project(a2)] }, 'owner')
    expect(errors).toBeUndefined()
    expect(statements).toBe(2)
    expect(data).toMatchObject({
      _entities: [
        {
          spend: { amount: euros('12000000'), from: hoursAgo(720).toISOString(), to: hoursAgo(0).toISOString() },
          charges: {
            edges: [1, 2].map((hours) => ({
              node: {
                usedTo: hoursAgo(hours).toISOString(),
                perHour: { amountMicros: '4000000' },
                amount: { amountMicros: '4000000' },
                sku: { code: 'h200' },
              },
            })),
            pageInfo: { hasNextPage: true },
          },
        },
        { spend: { amount: euros('8000000') }, charges: { pageInfo: { hasNextPage: false } } },
      ],
    })
  })

  test('counts a charge where its use ended: the beginning of a period in, its end out', async () => {
    const spent = async (from: Date, to: Date) => {
      const { data } = await served.ask(PROJECTS, { projects: [project(a1)], from, to }, 'owner')
      return (data as { _entities: { spend: { amount: { amountMicros: string } } }[] })._entities[0]?.spend.amount
        .amountMicros
    }
    expect(await spent(hoursAgo(3), hoursAgo(2))).toBe('4000000')
    expect(await spent(hoursAgo(3), hoursAgo(1.999))).toBe('8000000')
    expect(await spent(hoursAgo(2.999), hoursAgo(2))).toBe('0')
  })

  test('refuses a period that runs backward', async () => {
    const { errors } = await served.ask(
      PROJECTS,
      { projects: [project(a1)], from: hoursAgo(1), to: hoursAgo(2) },
      'owner',
    )
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['INVALID_INPUT'])
  })

  test('refuses a period that begins before all time that can be stored', async () => {
    const { errors } = await served.ask(PROJECTS, { projects: [project(a1)], to: '0001-01-02T00:00:00Z' }, 'owner')
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['INVALID_INPUT'])
  })

  test('of somebody else is denied, its charges by their ids as well', async () => {
    const charge = await books.rows<{ id: string }>('select id from billing.charges where project_id = $1', [
      books.tenants.a1.projectId,
    ])
    const id = ownedId('chg', books.tenants.a1.projectId, charge[0]?.id as Uuid /* a uuid column */).text
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }`
    for (const reference of [project(a1), { __typename: 'Charge', id }]) {
      const { data, errors } = await served.ask(query, { of: [reference] }, 'stranger')
      expect(data).toEqual({ _entities: [null] })
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['PROJECT_ACCESS_DENIED'])
    }
    expect(await served.ask(query, { of: [{ __typename: 'Charge', id }] }, 'owner')).toEqual({
      data: { _entities: [{ __typename: 'Charge' }] },
    })
  })

  test('names no charge of another project, even by a forged id', async () => {
    const [row] = await books.rows<{ id: string }>('select id from billing.charges where project_id = $1', [
      books.tenants.b1.projectId,
    ])
    const forged = ownedId('chg', books.tenants.a1.projectId, row?.id as Uuid /* a uuid column */).text
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }`
    expect(await served.ask(query, { of: [{ __typename: 'Charge', id: forged }] }, 'owner')).toEqual({
      data: { _entities: [null] },
    })
  })
})

describe('a billing account', () => {
  test('R62: its balance is the sum of its entries, now and as of any moment', async () => {
    expect((await account({})).balance).toEqual(euros('76000000'))
    expect((await account({ asOf: hoursAgo(1_000) })).balance).toEqual(euros('100000000'))
    expect((await account({ asOf: hoursAgo(1_001) })).balance).toEqual(euros('0'))
    expect((await account({ asOf: hoursAgo(800) })).balance).toEqual(euros('96000000'))
  })

  test('shows its ledger newest first, forward and backward, each transaction once', async () => {
    const all = (await account({ first: 100 })).ledger.edges.map(({ node }) => node.id)
    expect(all).toHaveLength(6)
    const seen: string[] = []
    let after: string | undefined
    for (;;) {
      const { edges, pageInfo } = (await account({ first: 4, after })).ledger
      seen.push(...edges.map(({ node }) => node.id))
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(seen).toEqual(all)
    const oldest = (await account({ last: 2 })).ledger
    expect(oldest.edges.map(({ node }) => node.id)).toEqual(all.slice(-2))
    const before = (await account({ last: 2, before: oldest.pageInfo.startCursor })).ledger
    expect(before.edges.map(({ node }) => node.id)).toEqual(all.slice(-4, -2))
    expect((await account({ last: 1 })).ledger.edges[0]?.node).toMatchObject({
      kind: 'FUNDING',
      entries: [
        { book: 'FUNDING', amount: { amountMicros: '-100000000' } },
        { book: 'WALLET', amount: { amountMicros: '100000000' } },
      ],
    })
  })

  test('is there, and empty, before the first transaction', async () => {
    served.callers.set('founder', membership('owner', [], [books.tenants.a1.projectId])) // an id without any rows
    const id = selfId('org', books.tenants.a1.projectId).text
    const { data } = await served.ask(LEDGER, { organization: id, first: 5 }, 'founder')
    expect(data).toMatchObject({ billingAccount: { balance: euros('0'), ledger: { edges: [] } } })
  })

  test.each([
    ['a stranger', 'stranger', 'ORGANIZATION_ACCESS_DENIED'],
    ['a member without the capability', 'viewer', 'CAPABILITY_REQUIRED'],
    ['nobody', undefined, 'UNAUTHENTICATED'],
  ])('is denied to %s', async (_, subject, code) => {
    const { data, errors } = await served.ask(LEDGER, { organization }, subject)
    expect(data).toEqual({ billingAccount: null })
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual([code])
  })
})

test('a SKU shows its price at a moment, to anybody; one without a price shows none', async () => {
  const query = `query ($of: [_Any!]!, $at: DateTime) {
    _entities(representations: $of) { ... on Sku { code price(at: $at) { perHour { amountMicros currency } effectiveFrom } } } }`
  const of = ['h200', 'unknown'].map((code) => ({ __typename: 'Sku', code }))
  expect(await served.ask(query, { of })).toEqual({
    data: {
      _entities: [
        { code: 'h200', price: { perHour: euros('4000000'), effectiveFrom: hoursAgo(5_000).toISOString() } },
        { code: 'unknown', price: null },
      ],
    },
  })
  const later = await served.ask(query, { of, at: hoursAgo(-10) })
  expect(later.data).toMatchObject({ _entities: [{ price: { perHour: euros('5000000') } }, { price: null }] })
})
