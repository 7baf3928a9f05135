import type { OrganizationScope, OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { LEDGER_BOOKS, readBook, type LedgerBook } from '../ledger/model.ts'
import { BOOK_CURRENCY } from '../money/model.ts'

/** The rows behind each book of an organization's ledger. */
export type Books = ReadonlyMap<LedgerBook, Uuid>

/** The books of one organization. */
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

  async #books(): Promise<Books> {
    const rows = await this.#db.billingAccount.findMany({
      where: { ...this.#scope.columns, currency: BOOK_CURRENCY },
      select: { id: true, kind: true },
    })
    return new Map(rows.map(({ id, kind }) => [readBook(kind), id as Uuid /* a uuid column */]))
  }
}

/** The books of several organizations at once, to read what they sum up to. */
export class AccountSetRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /**
   * The sum of each organization's entries in a book until a moment, that moment included; of all of them without one.
   * An organization without entries is absent.
   */
  async sums(book: LedgerBook, until: Date | undefined): Promise<ReadonlyMap<Uuid, bigint>> {
    const organizations = this.#scope.organizations.map(({ organizationId }) => organizationId)
    const bound = until === undefined ? Prisma.empty : Prisma.sql`AND e.occurred_at <= ${until}`
    const rows = await this.#db.$queryRaw<{ orgId: string; micros: string }[]>`
      SELECT e.org_id AS "orgId", sum(e.amount_micros)::text AS micros
      FROM unnest(${organizations}::uuid[]) AS o (id)
      JOIN billing.accounts a ON a.org_id = o.id AND a.kind = ${book} AND a.currency = ${BOOK_CURRENCY}
      JOIN billing.entries e ON e.org_id = a.org_id AND e.account_id = a.id ${bound}
      GROUP BY e.org_id`
    return new Map(rows.map(({ orgId, micros }) => [uuidColumn(orgId), BigInt(micros)]))
  }
}
