import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { inBookCurrency, type Money } from '../money/model.ts'
import type { BillingUnits } from '../units.ts'
import { billingAccountOf, type BillingAccount } from './model.ts'

type Reader = OrganizationGrant<'BILLING_ACCOUNT_READ'>

export type AccountService = ReturnType<typeof accountService>

export const accountService = ({ units }: { readonly units: BillingUnits }) => ({
  find: ({ scope }: Reader): BillingAccount => billingAccountOf(scope.organizationId),

  /** What each could spend at a moment, or can now. Derived from the ledger each time it is asked for (R62). */
  balances: async (scope: OrganizationSetScope, asOf: Date | undefined): Promise<(organization: Uuid) => Money> => {
    const sums = await units.organizationSet.read(scope, ({ accounts }) => accounts.sums('WALLET', asOf))
    return (organization) => inBookCurrency(sums.get(organization) ?? 0n)
  },
})
