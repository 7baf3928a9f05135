import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import { inBookCurrency, type Money } from '../money/model.ts'

/** WALLET: what the organization may spend. FUNDING: what it paid in. REVENUE: what it was charged. */
export const LEDGER_BOOKS = ['WALLET', 'FUNDING', 'REVENUE'] as const
export type LedgerBook = (typeof LEDGER_BOOKS)[number]

export const TRANSACTION_KINDS = ['FUNDING', 'CHARGE'] as const
export type LedgerTransactionKind = (typeof TRANSACTION_KINDS)[number]

export type LedgerTransactionId = Id<'ltx'>

export interface LedgerEntry {
  readonly book: LedgerBook
  /** Negative where it left, positive where it went. */
  readonly amount: Money
}

/** What happened to the money of an organization, once and for good. Its entries sum to zero. */
export interface LedgerTransaction {
  readonly id: LedgerTransactionId
  readonly kind: LedgerTransactionKind
  readonly description: string
  readonly occurredAt: Date
  readonly entries: readonly LedgerEntry[]
}

/** A transaction to post: what is moved, from which book to which, and what caused it. */
export interface Posting {
  readonly kind: LedgerTransactionKind
  /** What causes it, unique in the organization: the same source is posted once, whoever tries, however often. */
  readonly source: string
  readonly description: string
  readonly occurredAt: Date
  readonly amountMicros: bigint
}

/** Where the money of each kind of transaction comes from, and where it goes. */
const MOVES = {
  FUNDING: { from: 'FUNDING', to: 'WALLET' },
  CHARGE: { from: 'WALLET', to: 'REVENUE' },
} as const satisfies Record<LedgerTransactionKind, { readonly from: LedgerBook; readonly to: LedgerBook }>

/** Throws a `RangeError` for an amount that is not positive: what moves money the other way is another kind. */
export const transactionOf = (posting: Posting, organization: Uuid, local: Uuid): LedgerTransaction => {
  const { kind, description, occurredAt, amountMicros } = posting
  if (amountMicros <= 0n)
    throw new RangeError(`A ledger transaction moves a positive amount, not ${String(amountMicros)}`)
  const { from, to } = MOVES[kind]
  return {
    id: ownedId('ltx', organization, local),
    kind,
    description,
    occurredAt,
    entries: [
      { book: from, amount: inBookCurrency(-amountMicros) },
      { book: to, amount: inBookCurrency(amountMicros) },
    ],
  }
}

export const readBook = (text: string): LedgerBook => {
  const book = LEDGER_BOOKS.find((known) => known === text)
  if (book === undefined) throw new Error(`billing holds an account of the unknown kind ${text}`)
  return book
}

export const readKind = (text: string): LedgerTransactionKind => {
  const kind = TRANSACTION_KINDS.find((known) => known === text)
  if (kind === undefined) throw new Error(`billing holds a transaction of the unknown kind ${text}`)
  return kind
}
