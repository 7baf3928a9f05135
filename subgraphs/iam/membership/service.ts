import type { OrganizationGrant, ProjectGrant } from '../../../platform/access/authorize.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { IamUnits } from '../units.ts'
import type { MemberRow } from './repository.ts'

export type MembershipService = ReturnType<typeof membershipService>

export const membershipService = ({ units }: { readonly units: IamUnits }) => ({
  pageOfOrganization: (
    { scope }: OrganizationGrant<'MEMBERSHIP_READ'>,
    limit: number,
    after: Uuid | undefined,
  ): Promise<MemberRow[]> => units.organization.read(scope, ({ memberships }) => memberships.page(limit, after)),

  pageOfProject: (
    { scope }: ProjectGrant<'MEMBERSHIP_READ'>,
    limit: number,
    after: Uuid | undefined,
  ): Promise<MemberRow[]> => units.project.read(scope, ({ memberships }) => memberships.page(limit, after)),
})
