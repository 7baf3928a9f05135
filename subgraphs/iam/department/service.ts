import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IamUnits } from '../units.ts'
import type { Department, DepartmentId } from './model.ts'

type Reader = OrganizationGrant<'DEPARTMENT_READ'>

export type DepartmentService = ReturnType<typeof departmentService>

export const departmentService = ({ units }: { readonly units: IamUnits }) => ({
  /** Those that exist, in no order. */
  findAll: (scope: OrganizationSetScope, ids: readonly DepartmentId[]): Promise<Department[]> =>
    units.organizationSet.read(scope, ({ departments }) => departments.findAll(ids)),

  page: ({ scope }: Reader, page: IdPage): Promise<Department[]> =>
    units.organization.read(scope, ({ departments }) => departments.page(page)),
})
