import type { OrganizationScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { newestFirstQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import type { Books } from '../account/repository.ts'
import { readBook, readKind, type LedgerTransaction, type LedgerTransactionId } from './model.ts'

const WITH_ENTRIES = {
  entries: {
    select: { amountMicros: true, account: { select: { kind: true, currency: true } } },
    orderBy: { amountMicros: 'asc' },
  },
} as const

interface TransactionRow {
  orgId: string
  id: string
  kind: string
  description: string
  occurredAt: Date
  entries: { amountMicros: bigint; account: { kind: string; currency: string } }[]
}

const toTransaction = ({ orgId, id, kind, description, occurredAt, entries }: TransactionRow): LedgerTransaction => ({
  id: ownedId('ltx', orgId as Uuid, id as Uuid /* uuid columns */),
  kind: readKind(kind),
  description,
  occurredAt,
  entries: entries.map(({ amountMicros, account }) => ({
    book: readBook(account.kind),
    amount: { amountMicros, currency: account.currency },
  })),
})

/** The ledger of one organization. Rows are added and never changed: no service's role may do more (R62). */
export class LedgerRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(id: LedgerTransactionId): Promise<LedgerTransaction | undefined> {
    const where = { ...this.#scope.columns, id: id.local }
    const row = await this.#db.ledgerTransaction.findFirst({ where, include: WITH_ENTRIES })
    return row ? toTransaction(row) : undefined
  }

  /** Newest first. */
  async page(page: IdPage): Promise<LedgerTransaction[]> {
    const query = newestFirstQuery(page)
    const where = { ...this.#scope.columns, ...query.where }
    const rows = await this.#db.ledgerTransaction.findMany({ ...query, where, include: WITH_ENTRIES })
    return rows.map(toTransaction)
  }

  /** False when the source was posted before; of several at once, one gets true and the others wait for its end. */
  async claim(source: string, transactionId: Uuid): Promise<boolean> {
    const { count } = await this.#db.postedSource.createMany({
      data: [{ ...this.#scope.columns, source, transactionId }],
      skipDuplicates: true,
    })
    return count === 1
  }

  /** Adds a transaction with its entries. The database refuses, at commit, what does not sum to zero. */
  async insert(transaction: LedgerTransaction, source: string, books: Books, ids: IdGenerator): Promise<void> {
    const { id, kind, description, occurredAt, entries } = transaction
    const columns = this.#scope.columns
    await this.#db.ledgerTransaction.createMany({
      data: [{ ...columns, id: id.local, kind, source, description, occurredAt }],
    })
    await this.#db.ledgerEntry.createMany({
      data: entries.map(({ book, amount }) => {
        const accountId = books.get(book)
        if (accountId === undefined) throw new Error(`The organization has no book ${book}`)
        return {
          ...columns,
          id: ids.next(),
          transactionId: id.local,
          accountId,
          amountMicros: amount.amountMicros,
          occurredAt,
        }
      }),
    })
  }
}
