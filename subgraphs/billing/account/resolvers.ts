import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { selfId } from '../../../platform/ids/id.ts'
import type { BillingResolvers } from '../resolver-types.ts'

export const accountResolvers: Pick<BillingResolvers, 'Query' | 'Organization' | 'BillingAccount'> = {
  Query: {
    billingAccount: (_, { organizationId }, { access, billing }) =>
      billing.accounts.find(
        access.organization('BILLING_ACCOUNT_READ', parseIdOrThrow('org', organizationId, 'organizationId')),
      ),
  },
  Organization: {
    billingAccount: ({ id }, _, { access, billing }) =>
      billing.accounts.find(access.organization('BILLING_ACCOUNT_READ', id)),
  },
  BillingAccount: {
    __resolveReference: ({ id }, { access, billing }) => {
      const account = billing.accounts.find(access.organization('BILLING_ACCOUNT_READ', id))
      return account.id.text === (typeof id === 'string' ? id : id.text) ? account : null
    },
    organization: ({ id }) => ({ id: selfId('org', id.scope) }),
    balance: ({ id }, { asOf }, { access, loaders }) =>
      loaders.balance(asOf ?? undefined).load(access.organization('BILLING_ACCOUNT_READ', id)),
  },
}
