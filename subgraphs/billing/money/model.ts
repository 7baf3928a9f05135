/** An amount in millionths of the currency's unit; negative for a debt. */
export interface Money {
  readonly amountMicros: bigint
  /** ISO 4217. */
  readonly currency: string
}

/** Every book is kept in it. */
export const BOOK_CURRENCY = 'EUR'

export const inBookCurrency = (amountMicros: bigint): Money => ({ amountMicros, currency: BOOK_CURRENCY })
