import { founderGrant, type OrganizationGrant, type SelfGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { defaultDepartment } from '../department/model.ts'
import { parseDisplayName, parseSlug } from '../naming.ts'
import type { IamUnits } from '../units.ts'
import {
  foundOrganization,
  MAX_FOUNDED_ORGANIZATIONS,
  type CreateOrganizationRefusal,
  type Organization,
} from './model.ts'

export interface OrganizationDependencies {
  readonly units: IamUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface CreateOrganization {
  readonly name: string
  readonly slug: string
}

export type OrganizationService = ReturnType<typeof organizationService>

export const organizationService = ({ units, clock, ids }: OrganizationDependencies) => ({
  find: (grant: OrganizationGrant<'ORGANIZATION_READ'>): Promise<Organization | undefined> =>
    units.organization.read(grant.scope, ({ organizations }) => organizations.find()),

  /** Founds an organization: its default department (R3) and the founder's ownership come with it. */
  create: async (
    founder: SelfGrant,
    input: CreateOrganization,
  ): Promise<Result<Organization, CreateOrganizationRefusal>> => {
    const name = parseDisplayName(input.name)
    if (!name.ok) return name
    const slug = parseSlug(input.slug)
    if (!slug.ok) return slug

    const now = clock.now()
    const organization = foundOrganization(ids.next(), name.value, slug.value, now)
    const grant = founderGrant(founder, organization.id.local)
    return units.organization.write(grant, async ({ organizations, departments, memberships, audit }) => {
      if ((await memberships.countOwnedBy(founder.scope.userId)) >= MAX_FOUNDED_ORGANIZATIONS)
        return err('LIMIT_REACHED')
      if (!(await organizations.insert(organization))) return err('SLUG_TAKEN')
      await departments.insert(defaultDepartment(organization.id, ids.next(), now))
      await memberships.insert({ id: ids.next(), userId: founder.scope.userId, role: 'owner', createdAt: now })
      audit.succeeded('iam.organization.create', organization.id.text)
      return ok(organization)
    })
  },
})
