import DataLoader from 'dataloader'
import type { ProjectGrant } from '../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../platform/access/scope.ts'
import type { IdPage } from '../../platform/graphql/id-page.ts'
import {
  byArguments,
  listLoader,
  organizationLoader,
  organizationTotals,
  placeOf,
  type ListLoader,
  type OrganizationLoader,
} from '../../platform/graphql/loaders.ts'
import { onDemand } from '../../platform/graphql/on-demand.ts'
import { selfId, type ProjectId, type Uuid } from '../../platform/ids/id.ts'
import type { Charge, ChargeId, Period } from './charge/model.ts'
import type { Billing } from './context.ts'
import type { LedgerTransaction } from './ledger/model.ts'
import { inBookCurrency, type Money } from './money/model.ts'
import type { Price } from './price/model.ts'

type SpendGrant = ProjectGrant<'BILLING_SPEND_READ'>

interface ChargeKey {
  readonly grant: SpendGrant
  readonly id: ChargeId
}

export interface Spend extends Period {
  readonly amount: Money
}

type ByProject<T> = DataLoader<SpendGrant, T, Uuid>

/** Batched look-ups of one operation: as many projects, charges or SKUs as it asks for in one statement. */
export interface BillingLoaders {
  readonly charge: DataLoader<ChargeKey, Charge | undefined, string>
  readonly chargesOfProject: ListLoader<'BILLING_SPEND_READ', ProjectId, Charge>
  readonly spendOfProject: (period: Period) => ByProject<Spend>
  /** What could be spent at a moment; undefined: now. */
  readonly balance: (asOf: Date | undefined) => OrganizationLoader<'BILLING_ACCOUNT_READ', Money>
  readonly ledger: (page: IdPage) => OrganizationLoader<'BILLING_LEDGER_READ', readonly LedgerTransaction[]>
  readonly ledgerTotal: OrganizationLoader<'BILLING_LEDGER_READ', number>
  /** By SKU code, at a moment; undefined: now. */
  readonly price: (at: Date | undefined) => DataLoader<string, Price | undefined>
}

const scopesOf = (grants: readonly SpendGrant[]): ProjectSetScope => ({
  kind: 'project-set',
  projects: [...new Map(grants.map(({ scope }) => [scope.projectId, scope])).values()],
})

const byProject = <T>(read: (scope: ProjectSetScope) => Promise<(project: Uuid) => T>): ByProject<T> =>
  new DataLoader(
    async (grants) => {
      const of = await read(scopesOf(grants))
      return grants.map(({ scope }) => of(scope.projectId))
    },
    { cacheKeyFn: ({ scope }) => scope.projectId },
  )

const textOfMoment = (at: Date | undefined): string => JSON.stringify(at ?? null)

const chargeLoader = ({ charges }: Billing): BillingLoaders['charge'] =>
  new DataLoader(
    async (keys: readonly ChargeKey[]) => {
      const scope = scopesOf(keys.map(({ grant }) => grant))
      const found = await charges.findAll(
        scope,
        keys.map(({ id }) => id),
      )
      const byText = new Map(found.map((charge) => [charge.id.text, charge]))
      return keys.map(({ id }) => byText.get(id.text))
    },
    { cacheKeyFn: ({ id }) => id.text },
  )

export const billingLoaders = (billing: Billing) =>
  onDemand<BillingLoaders, Date>({
    charge: () => chargeLoader(billing),
    chargesOfProject: () => listLoader(billing.charges, ({ id }) => selfId('prj', id.scope).text),
    spendOfProject: () =>
      byArguments(
        ({ from, to }) => JSON.stringify([from, to]),
        (period) =>
          byProject<Spend>(async (scope) => {
            const sums = await billing.charges.sums(scope, period)
            return (project) => ({ ...period, amount: sums.get(project) ?? inBookCurrency(0n) })
          }),
      ),
    balance: () =>
      byArguments(textOfMoment, (asOf) => organizationLoader((scope) => billing.accounts.balances(scope, asOf))),
    ledger: () =>
      byArguments(placeOf, (page) =>
        organizationLoader(async (scope) => {
          const pages = Map.groupBy(await billing.ledger.pages(scope, page), ({ id }) => id.scope)
          return (organization) => pages.get(organization) ?? []
        }),
      ),
    ledgerTotal: () => organizationTotals(billing.ledger.totals),
    price: (now) =>
      byArguments(
        textOfMoment,
        (at) =>
          new DataLoader(async (codes: readonly string[]) => {
            const found = await billing.prices.effectiveAt(codes, at ?? now)
            const byCode = new Map(found.map((price) => [price.skuCode, price]))
            return codes.map((code) => byCode.get(code))
          }),
      ),
  })
