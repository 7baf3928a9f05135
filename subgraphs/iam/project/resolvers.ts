import type { IamResolvers } from '../resolver-types.ts'
import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { createProjectPayload } from './payload.ts'

export const projectResolvers: Pick<IamResolvers, 'Query' | 'Mutation' | 'Project' | 'Organization' | 'User'> = {
  Query: {
    project: (_, { id }, { access, loaders }) =>
      loaders.project.load(access.project('PROJECT_READ', parseIdOrThrow('prj', id, 'id'))),
  },
  Project: {
    __resolveReference: ({ id }, { access, loaders }) => loaders.project.load(access.project('PROJECT_READ', id)),
    organization: ({ organizationId }, _, { access, loaders }) =>
      loaders.organization.load(access.organization('ORGANIZATION_READ', organizationId)),
    department: ({ department, departmentId }, _, { access, loaders }) => {
      const grant = access.organization('DEPARTMENT_READ', departmentId)
      return department ?? loaders.department.load({ grant, id: departmentId })
    },
  },
  Organization: {
    projects: async ({ id }, args, { access, iam, loaders }) => {
      const page = idPage(args, 'Organization.projects')
      const grant = access.organization('ORGANIZATION_READ', id)
      const rows = await iam.projects.pageOfOrganization(grant, page)
      const count = () => loaders.projectTotal.load(grant)
      return idConnection(rows, page, (project) => project.id.local, count)
    },
  },
  User: {
    projects: async (_, args, { access, iam }) => {
      const page = idPage(args, 'User.projects')
      const scope = access.projects('PROJECT_READ')
      const rows = await iam.projects.page(scope, page)
      const count = () => iam.projects.total(scope)
      return idConnection(rows, page, (project) => project.id.local, count)
    },
  },
  Mutation: {
    createProject: async (_, { input }, { access, iam }) => {
      const grant = access.organization(
        'PROJECT_CREATE',
        parseIdOrThrow('org', input.organizationId, 'input.organizationId'),
      )
      const created = await iam.projects.create(grant, input)
      if (created.ok) {
        await iam.announce('everyone')
        await access.refresh()
      }
      return createProjectPayload(created)
    },
  },
}
