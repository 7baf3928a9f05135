import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { ProjectId, Uuid } from '../../../platform/ids/id.ts'
import type { Money } from '../money/model.ts'
import type { BillingUnits } from '../units.ts'
import type { Charge, ChargeId, Period } from './model.ts'

export type ChargeService = ReturnType<typeof chargeService>

/** Reads over sets of projects, each proven readable by a grant of `BILLING_SPEND_READ`. */
export const chargeService = ({ units }: { readonly units: BillingUnits }) => ({
  /** Those that exist, in no order. */
  findAll: (scope: ProjectSetScope, ids: readonly ChargeId[]): Promise<Charge[]> =>
    units.projectSet.read(scope, ({ charges }) => charges.findAll(ids)),

  /** The same page of every project, newest first. */
  pages: (scope: ProjectSetScope, _: readonly ProjectId[], page: IdPage): Promise<Charge[]> =>
    units.projectSet.read(scope, ({ charges }) => charges.pages(page)),

  /** How many every project has, by the text of its id. */
  totals: (scope: ProjectSetScope, projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ charges }) => charges.totals(projects)),

  /** What each project was charged in the period; one without charges is absent. */
  sums: (scope: ProjectSetScope, period: Period): Promise<ReadonlyMap<Uuid, Money>> =>
    units.projectSet.read(scope, ({ charges }) => charges.sums(period)),
})
