import type { OrganizationScope, OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countOfOrganizations } from '../../../platform/database/totals.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
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

/** A transaction as it is read with those of other organizations: JSON has no numbers for all amounts. */
interface TransactionOfManyRow extends Omit<TransactionRow, 'entries'> {
  entries: { micros: string; kind: string; currency: string }[]
}

const toTransactionOfMany = ({ entries, ...row }: TransactionOfManyRow): LedgerTransaction =>
  toTransaction({
    ...row,
    entries: entries.map(({ micros, ...account }) => ({ amountMicros: BigInt(micros), account })),
  })

const NEWEST_FIRST = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` },
}

/** The ledgers of several organizations at once, to read them. */
export class LedgerSetRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** The same page of every organization; newest first is forward. */
  async pages({ direction, fetch, after }: IdPage): Promise<LedgerTransaction[]> {
    const organizations = this.#scope.organizations.map(({ organizationId }) => organizationId)
    const { beyond, order } = NEWEST_FIRST[direction]
    const continues = after === undefined ? Prisma.empty : Prisma.sql`AND found.id ${beyond} ${after}::uuid`
    const rows = await this.#db.$queryRaw<TransactionOfManyRow[]>`
      SELECT t.org_id AS "orgId", t.id, t.kind, t.description, t.occurred_at AS "occurredAt", (
        SELECT json_agg(json_build_object('micros', e.amount_micros::text, 'kind', a.kind, 'currency', a.currency)
          ORDER BY e.amount_micros)
        FROM billing.entries e JOIN billing.accounts a ON a.org_id = e.org_id AND a.id = e.account_id
        WHERE e.org_id = t.org_id AND e.transaction_id = t.id) AS entries
      FROM unnest(${organizations}::uuid[]) AS o (id)
      CROSS JOIN LATERAL (
        SELECT * FROM billing.transactions found
        WHERE found.org_id = o.id ${continues}
        ORDER BY found.id ${order} LIMIT ${fetch}::int) t
      ORDER BY t.id ${order}`
    return rows.map(toTransactionOfMany)
  }

  /** How many transactions each organization has. */
  totals(): Promise<ReadonlyMap<Uuid, number>> {
    return countOfOrganizations(this.#db, this.#scope, Prisma.sql`billing.transactions`)
  }
}
