import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import type { IamResolvers } from '../resolver-types.ts'
import { GRAPH_ROLE_OF } from './roles.ts'
import type { MemberRow } from './repository.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'

const memberConnection = (rows: readonly MemberRow[], page: IdPage) => {
  const { edges, pageInfo } = idConnection(rows, page, ({ membership }) => membership)
  return { edges: edges.map(({ cursor, node }) => ({ cursor, node: node.member })), pageInfo }
}

export const membershipResolvers: Pick<IamResolvers, 'Organization' | 'Project' | 'Member'> = {
  Member: {
    role: ({ role }) => GRAPH_ROLE_OF[role],
  },
  Organization: {
    members: async ({ id }, args, { access, iam }) => {
      const page = idPage(args, 'Organization.members')
      return memberConnection(
        await iam.memberships.pageOfOrganization(access.organization('MEMBERSHIP_READ', id), page),
        page,
      )
    },
  },
  Project: {
    members: async ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.members')
      const key = { grant: access.project('MEMBERSHIP_READ', id), id }
      return memberConnection(await loaders.membersOfProject(page).load(key), page)
    },
  },
}
