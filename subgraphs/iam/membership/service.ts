import type { OrganizationGrant, ProjectGrant } from '../../../platform/access/authorize.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IamUnits } from '../units.ts'
import type { MemberRow } from './repository.ts'

export type MembershipService = ReturnType<typeof membershipService>

export const membershipService = ({ units }: { readonly units: IamUnits }) => ({
  pageOfOrganization: ({ scope }: OrganizationGrant<'MEMBERSHIP_READ'>, page: IdPage): Promise<MemberRow[]> =>
    units.organization.read(scope, ({ memberships }) => memberships.page(page)),

  pageOfProject: ({ scope }: ProjectGrant<'MEMBERSHIP_READ'>, page: IdPage): Promise<MemberRow[]> =>
    units.project.read(scope, ({ memberships }) => memberships.page(page)),
})
