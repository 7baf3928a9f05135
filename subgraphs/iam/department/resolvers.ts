import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { IamResolvers } from '../resolver-types.ts'

export const departmentResolvers: Pick<IamResolvers, 'Department' | 'Organization'> = {
  Department: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.department.load({
        grant: access.organization('DEPARTMENT_READ', id),
        id: parseIdOrThrow('dep', id, 'id'),
      }),
  },
  Organization: {
    departments: async ({ id }, args, { access, iam, loaders }) => {
      const page = idPage(args, 'Organization.departments')
      const grant = access.organization('DEPARTMENT_READ', id)
      const rows = await iam.departments.page(grant, page)
      const count = () => loaders.departmentTotal.load(grant)
      return idConnection(rows, page, (department) => department.id.local, count)
    },
  },
}
