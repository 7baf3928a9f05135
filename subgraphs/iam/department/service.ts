import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { IamUnits } from '../units.ts'
import type { Department, DepartmentId } from './model.ts'

type Reader = OrganizationGrant<'DEPARTMENT_READ'>

export type DepartmentService = ReturnType<typeof departmentService>

export const departmentService = ({ units }: { readonly units: IamUnits }) => ({
  /** Those that exist, in no order. */
  findAll: (scope: OrganizationSetScope, ids: readonly DepartmentId[]): Promise<Department[]> =>
    units.organizationSet.read(scope, ({ departments }) => departments.findAll(ids)),

  /** How many each organization has. */
  totals: (scope: OrganizationSetScope): Promise<ReadonlyMap<Uuid, number>> =>
    units.organizationSet.read(scope, ({ departments }) => departments.totals()),

  page: ({ scope }: Reader, page: IdPage): Promise<Department[]> =>
    units.organization.read(scope, ({ departments }) => departments.page(page)),
})
