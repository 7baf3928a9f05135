import type { Id } from '../../platform/ids/id.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { accountService, type AccountService } from './account/service.ts'
import { postingService, type PostingService } from './charge/posting.ts'
import { chargeService, type ChargeService } from './charge/service.ts'
import { ledgerService, type LedgerService } from './ledger/service.ts'
import type { BillingLoaders } from './loaders.ts'
import { priceService, type PriceService } from './price/service.ts'
import { billingUnits } from './units.ts'

/** billing's use cases. */
export interface Billing {
  readonly accounts: AccountService
  readonly ledger: LedgerService
  readonly prices: PriceService
  readonly charges: ChargeService
  readonly posting: PostingService
}

export interface BillingContext extends OperationContext {
  readonly billing: Billing
  readonly loaders: BillingLoaders
  /** One moment for the whole operation, so that all of its default periods are the same. */
  readonly now: Date
}

/** A thing of another subgraph, by its id alone. */
export interface Reference {
  readonly id: string | Id
}

/** A SKU, which is compute's, by its code alone. */
export interface SkuReference {
  readonly code: string
}

export const createBilling = ({
  database,
  clock,
  ids,
}: Pick<SubgraphPlatform, 'database' | 'clock' | 'ids'>): Billing => {
  const units = billingUnits(database)
  return {
    accounts: accountService({ units }),
    ledger: ledgerService({ units, clock, ids }),
    prices: priceService({ units }),
    charges: chargeService({ units }),
    posting: postingService({ units, clock, ids }),
  }
}
