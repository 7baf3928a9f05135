import type { OrganizationGrant, SystemCapability } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { BillingUnits } from '../units.ts'
import { transactionOf, type LedgerTransaction, type LedgerTransactionId, type Posting } from './model.ts'

export interface LedgerDependencies {
  readonly units: BillingUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

type Reader = OrganizationGrant<'BILLING_LEDGER_READ'>

export type LedgerService = ReturnType<typeof ledgerService>

export const ledgerService = ({ units, clock, ids }: LedgerDependencies) => ({
  find: ({ scope }: Reader, id: LedgerTransactionId): Promise<LedgerTransaction | undefined> =>
    units.organization.read(scope, ({ ledger }) => ledger.find(id)),

  /** The same page of every organization, newest first. */
  pages: (scope: OrganizationSetScope, page: IdPage): Promise<LedgerTransaction[]> =>
    units.organizationSet.read(scope, ({ ledger }) => ledger.pages(page)),

  /** How many transactions each organization has. */
  totals: (scope: OrganizationSetScope): Promise<ReadonlyMap<Uuid, number>> =>
    units.organizationSet.read(scope, ({ ledger }) => ledger.totals()),

  /** Posts what moves an organization's money, once for each source; the first transaction opens the books. */
  post: (
    grant: OrganizationGrant<SystemCapability>,
    posting: Posting,
  ): Promise<Result<LedgerTransaction, 'ALREADY_POSTED'>> =>
    units.organization.write(grant, async ({ accounts, ledger, audit }) => {
      const transaction = transactionOf(posting, grant.scope.organizationId, ids.next())
      if (!(await ledger.claim(posting.source, transaction.id.local))) return err('ALREADY_POSTED')
      await ledger.insert(transaction, posting.source, await accounts.open(ids, clock.now()), ids)
      audit.succeeded('billing.ledger.post', transaction.id.text)
      return ok(transaction)
    }),
})
