import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { organizationScope, type OrganizationSetScope } from '../../../platform/access/scope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { createTestBooks, type TestBooks } from '../testkit/test-books.ts'
import { billingUnits } from '../units.ts'

const HOUR = 3_600_000
const RATE = 4_000_000n

let books: TestBooks
let hoursAgo: (hours: number) => Date

beforeAll(async () => {
  books = await createTestBooks()
  hoursAgo = (hours) => new Date(books.clock.now().getTime() - hours * HOUR)
  await books.price('h200', RATE, hoursAgo(1_000))
})

afterAll(() => books.test.drop())

const chargesOf = (allocation: Uuid) =>
  books.rows<{
    amount_micros: string
    used_from: Date
    used_to: Date
    rate_micros_per_hour: string
    transaction_id: string
  }>('select * from billing.charges where resource = $1 order by id', [allocation])
const TABLES = [
  'transactions',
  'entries',
  'charges',
  'posted_sources',
  'outbox',
  'audit_log',
  'processed_events',
  'accounts',
]
/** How many rows each table of billing holds. */
const everything = () =>
  books.rows(
    TABLES.map((table) => `select '${table}' as table, count(*)::int as rows from billing.${table}`).join(
      ' union all ',
    ),
  )
const sum = async (organization: Uuid, book: 'WALLET' | 'FUNDING' | 'REVENUE', until?: Date): Promise<bigint> => {
  const scope: OrganizationSetScope = { kind: 'organization-set', organizations: [organizationScope(organization)] }
  const sums = await billingUnits(books.database).organizationSet.read(scope, ({ accounts }) =>
    accounts.sums(book, until),
  )
  return sums.get(organization) ?? 0n
}

describe('a released allocation', () => {
  test('is charged by the second at the rate of its placing: charge, zero-sum transaction, audit row and event', async () => {
    const { a1 } = books.tenants
    const allocationId = systemIds.next()
    await books.handle(books.released(a1, { allocationId, placedAt: hoursAgo(2) }))

    const [charge] = await chargesOf(allocationId)
    expect(charge).toMatchObject({
      amount_micros: '8000000',
      rate_micros_per_hour: '4000000',
      used_from: hoursAgo(2),
      used_to: hoursAgo(0),
    })
    const entries = await books.rows(
      `select a.kind, e.amount_micros from billing.entries e join billing.accounts a on a.id = e.account_id
       where e.transaction_id = $1 order by a.kind`,
      [charge?.transaction_id],
    )
    expect(entries).toEqual([
      { kind: 'REVENUE', amount_micros: '8000000' },
      { kind: 'WALLET', amount_micros: '-8000000' },
    ])
    expect(await books.rows(`select action, actor_kind, project_id from billing.audit_log`)).toEqual([
      { action: 'billing.charge.post', actor_kind: 'system', project_id: a1.projectId },
    ])
    expect(await books.rows(`select type, org_id, project_id, data from billing.outbox`)).toEqual([
      {
        type: 'platform.billing.charge_posted',
        org_id: a1.organizationId,
        project_id: a1.projectId,
        data: {
          transactionId: charge?.transaction_id,
          sourceId: allocationId,
          amountMicros: '8000000',
          currency: 'EUR',
        },
      },
    ])
  })

  test('R75: delivered three times, it is charged once', async () => {
    const event = books.released(books.tenants.a1)
    await books.handle(event)
    const once = await everything()
    await books.handle(event)
    await books.handle(event)
    expect(await everything()).toEqual(once)
  })

  test('R75: delivered by several workers at once, it is charged once', async () => {
    const allocationId = systemIds.next()
    const event = books.released(books.tenants.b1, { allocationId })
    await Promise.all([books.handle(event), books.handle(event), books.handle(event)])
    expect(await chargesOf(allocationId)).toHaveLength(1)
  })

  test('reported by two different events at once, it is charged once', async () => {
    const allocationId = systemIds.next()
    await Promise.all([1, 2, 3].map(() => books.handle(books.released(books.tenants.b1, { allocationId }))))
    expect(await chargesOf(allocationId)).toHaveLength(1)
  })

  test('the first uses of an organization, at once, open its books once', async () => {
    const { b1, b2 } = books.tenants
    await Promise.all([b1, b2, b1, b2].map((project) => books.handle(books.released(project))))
    const accounts = await books.rows('select kind from billing.accounts where org_id = $1 order by kind', [
      b1.organizationId,
    ])
    expect(accounts.map(Object.values)).toEqual([['FUNDING'], ['REVENUE'], ['WALLET']])
    const [wallet, funding, revenue] = await Promise.all(
      (['WALLET', 'FUNDING', 'REVENUE'] as const).map((book) => sum(b1.organizationId, book)),
    )
    expect((wallet ?? 0n) + (funding ?? 0n) + (revenue ?? 0n)).toBe(0n)
    expect(revenue).toBeGreaterThan(0n)
  })

  test('what was charged before is not charged again', async () => {
    const { a2 } = books.tenants
    const allocationId = systemIds.next()
    const charged = { organizationId: a2.organizationId, transactionId: systemIds.next() }
    await books.rows(
      `insert into billing.transactions (org_id, id, kind, source, description, occurred_at) values ($1, $2, 'CHARGE', 'daily', 'x', $3)`,
      [charged.organizationId, charged.transactionId, hoursAgo(1)],
    )
    await books.rows(
      `insert into billing.charges (org_id, project_id, id, transaction_id, resource, sku_code, used_from, used_to, rate_micros_per_hour, amount_micros, currency)
       values ($1, $2, $3, $4, $5, 'h200', $6, $7, 4000000, 8000000, 'EUR')`,
      [
        a2.organizationId,
        a2.projectId,
        systemIds.next(),
        charged.transactionId,
        allocationId,
        hoursAgo(3),
        hoursAgo(1),
      ],
    )
    await books.handle(books.released(a2, { allocationId, placedAt: hoursAgo(3) }))
    expect((await chargesOf(allocationId)).map(({ amount_micros, used_from }) => [amount_micros, used_from])).toEqual([
      ['8000000', hoursAgo(3)],
      ['4000000', hoursAgo(1)],
    ])
  })

  test('keeps the price of the moment at which it was placed, whatever it costs by now', async () => {
    await books.price('rising', 1_000_000n, hoursAgo(500))
    await books.price('rising', 9_000_000n, hoursAgo(5))
    const allocationId = systemIds.next()
    await books.handle(books.released(books.tenants.a2, { allocationId, skuCode: 'rising', placedAt: hoursAgo(10) }))
    expect((await chargesOf(allocationId)).map(({ amount_micros }) => amount_micros)).toEqual(['10000000'])
  })

  test('without a price is never free: the job fails, leaves nothing, and succeeds once there is one', async () => {
    const before = await everything()
    const allocationId = systemIds.next()
    const event = books.released(books.tenants.a2, { allocationId, skuCode: 'unpriced' })
    await expect(books.handle(event)).rejects.toMatchObject({ name: 'PriceMissing' })
    expect(await everything()).toEqual(before)

    await books.price('unpriced', RATE, hoursAgo(1_000))
    await books.handle(event)
    expect(await chargesOf(allocationId)).toHaveLength(1)
  })
})
