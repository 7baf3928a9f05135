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
    departments: async ({ id }, args, { access, iam }) => {
      const page = idPage(args, 'Organization.departments')
      const rows = await iam.departments.page(access.organization('DEPARTMENT_READ', id), page)
      return idConnection(rows, page, (department) => department.id.local)
    },
  },
}
