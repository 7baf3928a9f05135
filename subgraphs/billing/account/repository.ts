import type { OrganizationScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { LEDGER_BOOKS, readBook, type LedgerBook } from '../ledger/model.ts'
import { BOOK_CURRENCY } from '../money/model.ts'

/** The rows behind each book of an organization's ledger. */
export type Books = ReadonlyMap<LedgerBook, Uuid>

/** The books of one organization, and what they sum up to. */
export class AccountRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  /** All books, made where they are missing: at an organization's first transaction. Safe against another one's. */
  async open(ids: IdGenerator, now: Date): Promise<Books> {
    const known = await this.#books()
    if (LEDGER_BOOKS.every((book) => known.has(book))) return known
    await this.#db.billingAccount.createMany({
      data: LEDGER_BOOKS.map((kind) => ({
        ...this.#scope.columns,
        id: ids.next(),
        kind,
        currency: BOOK_CURRENCY,
        createdAt: now,
      })),
      skipDuplicates: true,
    })
    return this.#books()
  }

  /** The sum of a book's entries until a moment, that moment included; of all of them without one. */
  async sum(book: LedgerBook, until: Date | undefined): Promise<bigint> {
    const bound = until === undefined ? Prisma.empty : Prisma.sql`AND e.occurred_at <= ${until}`
    const rows = await this.#db.$queryRaw<{ micros: string }[]>`
      SELECT coalesce(sum(e.amount_micros), 0)::text AS micros
      FROM billing.accounts a JOIN billing.entries e ON e.org_id = a.org_id AND e.account_id = a.id
      WHERE a.org_id = ${this.#scope.organizationId}::uuid AND a.kind = ${book} AND a.currency = ${BOOK_CURRENCY} ${bound}`
    return BigInt(rows[0]?.micros ?? '0')
  }

  async #books(): Promise<Books> {
    const rows = await this.#db.billingAccount.findMany({
      where: { ...this.#scope.columns, currency: BOOK_CURRENCY },
      select: { id: true, kind: true },
    })
    return new Map(rows.map(({ id, kind }) => [readBook(kind), id as Uuid /* a uuid column */]))
  }
}
