import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import { inBookCurrency, type Money } from '../money/model.ts'
import type { BillingUnits } from '../units.ts'
import { billingAccountOf, type BillingAccount } from './model.ts'

type Reader = OrganizationGrant<'BILLING_ACCOUNT_READ'>

export type AccountService = ReturnType<typeof accountService>

export const accountService = ({ units }: { readonly units: BillingUnits }) => ({
  find: ({ scope }: Reader): BillingAccount => billingAccountOf(scope.organizationId),

  /** What could be spent at a moment, or can be now. Derived from the ledger each time it is asked for (R62). */
  balance: async ({ scope }: Reader, asOf: Date | undefined): Promise<Money> =>
    inBookCurrency(await units.organization.read(scope, ({ accounts }) => accounts.sum('WALLET', asOf))),
})
