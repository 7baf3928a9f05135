import type { Connection } from '../../../platform/graphql/connection.ts'
import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import type { IamResolvers } from '../resolver-types.ts'
import { GRAPH_ROLE_OF } from './roles.ts'
import type { MemberRow } from './repository.ts'

const ofMembers = ({ edges, ...rest }: Connection<MemberRow>) => ({
  ...rest,
  edges: edges.map(({ cursor, node }) => ({ cursor, node: node.member })),
})

export const membershipResolvers: Pick<IamResolvers, 'Organization' | 'Project' | 'Member'> = {
  Member: {
    role: ({ role }) => GRAPH_ROLE_OF[role],
  },
  Organization: {
    members: async ({ id }, args, { access, iam, loaders }) => {
      const page = idPage(args, 'Organization.members')
      const grant = access.organization('MEMBERSHIP_READ', id)
      const rows = await iam.memberships.pageOfOrganization(grant, page)
      return ofMembers(
        idConnection(
          rows,
          page,
          ({ membership }) => membership,
          () => loaders.memberTotal.load(grant),
        ),
      )
    },
  },
  Project: {
    members: async ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.members')
      const key = { grant: access.project('MEMBERSHIP_READ', id), id }
      return ofMembers(await loadConnection(loaders.membersOfProject, page, key, ({ membership }) => membership))
    },
  },
}
