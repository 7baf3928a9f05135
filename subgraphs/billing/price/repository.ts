import type { Transaction } from '../../../platform/database/database.ts'
import { BOOK_CURRENCY, inBookCurrency } from '../money/model.ts'
import type { Price } from './model.ts'

interface PriceRow {
  skuCode: string
  rateMicrosPerHour: bigint
  effectiveFrom: Date
}

/** The platform's prices; the same for every tenant. A price is never changed: the next one takes effect after it. */
export class PriceRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** For each SKU that has one at the moment, the price that took effect last. In no order. */
  async effectiveAt(skuCodes: readonly string[], moment: Date): Promise<Price[]> {
    const rows = await this.#db.$queryRaw<PriceRow[]>`
      SELECT DISTINCT ON (sku_code)
        sku_code AS "skuCode", rate_micros_per_hour AS "rateMicrosPerHour", effective_from AS "effectiveFrom"
      FROM billing.prices
      WHERE sku_code = ANY (${skuCodes}::text[]) AND currency = ${BOOK_CURRENCY} AND effective_from <= ${moment}
      ORDER BY sku_code, effective_from DESC`
    return rows.map(({ skuCode, rateMicrosPerHour, effectiveFrom }) => ({
      skuCode,
      perHour: inBookCurrency(rateMicrosPerHour),
      effectiveFrom,
    }))
  }
}
