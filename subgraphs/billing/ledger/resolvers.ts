import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { BillingResolvers } from '../resolver-types.ts'

export const ledgerResolvers: Pick<BillingResolvers, 'BillingAccount' | 'LedgerTransaction'> = {
  BillingAccount: {
    ledger: async ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'BillingAccount.ledger')
      const grant = access.organization('BILLING_LEDGER_READ', id)
      const rows = await loaders.ledger(page).load(grant)
      const count = () => loaders.ledgerTotal.load(grant)
      return idConnection(rows, page, (transaction) => transaction.id.local, count)
    },
  },
  LedgerTransaction: {
    __resolveReference: ({ id }, { access, billing }) =>
      billing.ledger.find(access.organization('BILLING_LEDGER_READ', id), parseIdOrThrow('ltx', id, 'id')),
  },
}
