import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { systemIds } from '../../../platform/ids/generator.ts'
import { LEDGER_BOOKS, transactionOf, TRANSACTION_KINDS, type LedgerBook, type Posting } from './model.ts'

const organization = systemIds.next()

const postings = fc.array(
  fc.record<Posting>({
    kind: fc.constantFrom(...TRANSACTION_KINDS),
    source: fc.uuid(),
    description: fc.constant('x'),
    occurredAt: fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
    amountMicros: fc.bigInt({ min: 1n, max: 10n ** 15n }),
  }),
)

const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n)

describe('the bank test', () => {
  test('over any history the sum of all books is zero, and the wallet is what was paid in less what was charged', () => {
    fc.assert(
      fc.property(postings, (history) => {
        const entries = history.flatMap((posting) => transactionOf(posting, organization, systemIds.next()).entries)
        const sumOf = (book: LedgerBook) =>
          total(entries.filter((entry) => entry.book === book).map(({ amount }) => amount.amountMicros))
        const posted = (kind: Posting['kind']) =>
          total(history.filter((posting) => posting.kind === kind).map(({ amountMicros }) => amountMicros))

        expect(total(LEDGER_BOOKS.map(sumOf))).toBe(0n)
        expect(sumOf('WALLET')).toBe(posted('FUNDING') - posted('CHARGE'))
        expect(sumOf('REVENUE')).toBe(posted('CHARGE'))
      }),
    )
  })

  test.each([0n, -1n])('an amount of %s moves nothing, or the wrong way: it is refused', (amountMicros) => {
    const posting = { kind: 'CHARGE', source: 's', description: 'd', occurredAt: new Date(), amountMicros } as const
    expect(() => transactionOf(posting, organization, systemIds.next())).toThrow(RangeError)
  })
})
