import { principalKey } from '../../../platform/access/principal.ts'
import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { selfId } from '../../../platform/ids/id.ts'
import type { IamResolvers } from '../resolver-types.ts'
import { onPage, readableOrganizations } from './member-organizations.ts'
import { createOrganizationPayload, resumeOrganizationPayload, suspendOrganizationPayload } from './payload.ts'

export const organizationResolvers: Pick<IamResolvers, 'Query' | 'Mutation' | 'Organization' | 'User'> = {
  Query: {
    organization: (_, { id }, { access, loaders }) =>
      loaders.organization.load(access.organization('ORGANIZATION_READ', parseIdOrThrow('org', id, 'id'))),
  },
  Organization: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.organization.load(access.organization('ORGANIZATION_READ', id)),
  },
  User: {
    organizations: async (_, args, { access, loaders }) => {
      const page = idPage(args, 'User.organizations')
      const readable = readableOrganizations(access)
      const found = await Promise.all(
        onPage(readable, page).map((id) =>
          loaders.organization.load(access.organization('ORGANIZATION_READ', selfId('org', id))),
        ),
      )
      return idConnection(
        found.filter((organization) => organization !== undefined),
        page,
        ({ id }) => id.local,
        () => readable.length,
      )
    },
  },
  Mutation: {
    createOrganization: async (_, { input }, { access, iam }) => {
      const created = await iam.organizations.create(access.self(), input)
      if (created.ok) {
        await iam.announce([principalKey(access.principal)]) // nobody else is a member yet
        await access.refresh()
      }
      return createOrganizationPayload(created)
    },
    suspendOrganization: async (_, { input }, { access, iam }) => {
      const organizationId = parseIdOrThrow('org', input.organizationId, 'input.organizationId')
      const operator = access.platform('PLATFORM_ORGANIZATION_SUSPEND')
      const changed = await iam.organizations.suspend(operator, { organizationId, reason: input.reason })
      if (changed.ok) await iam.announce('everyone') // its members and service accounts, however many
      return suspendOrganizationPayload(changed)
    },
    resumeOrganization: async (_, { input }, { access, iam }) => {
      const organizationId = parseIdOrThrow('org', input.organizationId, 'input.organizationId')
      const operator = access.platform('PLATFORM_ORGANIZATION_SUSPEND')
      const changed = await iam.organizations.resume(operator, { organizationId, reason: input.reason })
      if (changed.ok) await iam.announce('everyone')
      return resumeOrganizationPayload(changed)
    },
  },
}
