import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import { BOOK_CURRENCY } from '../money/model.ts'

export type BillingAccountId = Id<'bac'>

/** All books of one organization together. It holds no figure: they are derived from the ledger (R62). */
export interface BillingAccount {
  readonly id: BillingAccountId
  readonly currency: string
}

/** An organization has exactly one, from its first moment on, whether anything was booked yet or not. */
export const billingAccountOf = (organization: Uuid): BillingAccount => ({
  id: ownedId('bac', organization, organization),
  currency: BOOK_CURRENCY,
})
