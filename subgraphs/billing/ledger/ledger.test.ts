import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { organizationScope, projectScope, type OrganizationSetScope } from '../../../platform/access/scope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { createTestBooks, type TestBooks } from '../testkit/test-books.ts'
import { billingUnits } from '../units.ts'
import { LEDGER_BOOKS, type LedgerBook } from './model.ts'

let books: TestBooks

beforeAll(async () => {
  books = await createTestBooks()
  await books.price('h200', 3_600_000n, new Date('2020-01-01T00:00:00Z'))
})

afterAll(() => books.test.drop())

const newOrganization = async (): Promise<{ organizationId: Uuid; projectId: Uuid }> => {
  const [organizationId, department, projectId] = [systemIds.next(), systemIds.next(), systemIds.next()]
  await books.rows(
    `insert into iam.organizations (id, slug, name, created_at) values ($1::uuid, $1::uuid::text, 'x', now())`,
    [organizationId],
  )
  await books.rows(
    `insert into iam.departments (org_id, id, name, is_default, created_at) values ($1, $2, 'x', true, now())`,
    [organizationId, department],
  )
  await books.rows(
    `insert into iam.projects (org_id, id, department_id, slug, name, created_at) values ($1, $2, $3, 'x', 'x', now())`,
    [organizationId, projectId, department],
  )
  return { organizationId, projectId }
}

const sum = async (organization: Uuid, book: LedgerBook, until?: Date): Promise<bigint> => {
  const scope: OrganizationSetScope = { kind: 'organization-set', organizations: [organizationScope(organization)] }
  const sums = await billingUnits(books.database).organizationSet.read(scope, ({ accounts }) =>
    accounts.sums(book, until),
  )
  return sums.get(organization) ?? 0n
}

const minute = (n: number) => new Date(Date.parse('2026-02-01T00:00:00Z') + n * 60_000)

const history = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: 100 }),
    /** A payment in micro-units, or a use in seconds: at the price of this file one unit a second. */
    what: fc.oneof(
      fc.record({ paid: fc.bigInt({ min: 1n, max: 10n ** 12n }) }),
      fc.record({ seconds: fc.integer({ min: 1, max: 5_000_000 }) }),
    ),
  }),
  { minLength: 1, maxLength: 12 },
)

describe('the ledger', () => {
  test('R62: the bank test: over any history all books sum to zero, and a balance at any moment is the model’s', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: -1, max: 101 }), async (events, moment) => {
        const { organizationId, projectId } = await newOrganization()
        const project = projectScope(organizationId, projectId)
        for (const { minute: n, what } of events) {
          if ('paid' in what) await books.fund(organizationId, what.paid, minute(n))
          else {
            const placedAt = new Date(minute(n).getTime() - what.seconds * 1_000)
            await books.handle(books.released(project, { placedAt, releasedAt: minute(n) }))
          }
        }
        const model = events
          .filter((event) => event.minute <= moment)
          .reduce((balance, { what }) => balance + ('paid' in what ? what.paid : -1_000n * BigInt(what.seconds)), 0n)
        const all = await Promise.all(LEDGER_BOOKS.map((book) => sum(organizationId, book)))
        expect(all.reduce((total, amount) => total + amount, 0n)).toBe(0n)
        expect(await sum(organizationId, 'WALLET', minute(moment))).toBe(model)
      }),
      { numRuns: 15 },
    )
  })

  test.each(['transactions', 'entries', 'charges', 'posted_sources'])(
    'R62: %s cannot be changed, removed or emptied, by the service or the owner',
    async (table) => {
      const { a1 } = books.tenants
      await books.handle(books.released(a1))
      const count = async () => (await books.rows<{ count: string }>(`select count(*) from billing.${table}`))[0]?.count
      const before = await count()
      for (const role of ['billing', 'owner'] as const) {
        const client = await books.test.connect(role)
        await client.query(
          `select set_config('app.org_ids', '{${a1.organizationId}}', false), set_config('app.project_ids', '{${a1.projectId}}', false)`,
        )
        const refused = role === 'billing' ? { code: '42501' } : { code: '23001' }
        await expect(client.query(`update billing.${table} set org_id = org_id`)).rejects.toMatchObject(refused)
        await expect(client.query(`delete from billing.${table}`)).rejects.toMatchObject(refused)
        await expect(client.query(`truncate billing.${table} cascade`)).rejects.toMatchObject(refused)
      }
      expect(await count()).toBe(before)
      expect(Number(before)).toBeGreaterThan(0)
    },
  )

  test('R62: a transaction that does not sum to zero is refused by the database', async () => {
    const { organizationId } = await newOrganization()
    const scope = organizationScope(organizationId)
    await books.fund(organizationId, 5n, minute(0))
    const unbalanced = books.database.write(scope, async (db) => {
      const [transaction, account] = [systemIds.next(), await db.billingAccount.findFirst({ where: scope.columns })]
      const at = minute(1)
      await db.ledgerTransaction.createMany({
        data: [{ ...scope.columns, id: transaction, kind: 'FUNDING', source: 'x', description: 'x', occurredAt: at }],
      })
      await db.ledgerEntry.createMany({
        data: [
          {
            ...scope.columns,
            id: systemIds.next(),
            transactionId: transaction,
            accountId: account?.id ?? '',
            amountMicros: 1n,
            occurredAt: at,
          },
        ],
      })
    })
    await expect(unbalanced).rejects.toThrow(/sum to zero/)
    expect(await sum(organizationId, 'WALLET')).toBe(5n)
  })

  test('holds no balance: no column of billing is one', async () => {
    const columns = await books.rows<{ column_name: string }>(
      `select column_name from information_schema.columns where table_schema = 'billing' and column_name ~ 'balance|total'`,
    )
    expect(columns).toEqual([])
  })
})
