import { founderGrant, operatorGrant, type PlatformGrant, type SelfGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { organizationResumed, organizationSuspended } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { OrganizationId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { defaultDepartment } from '../department/model.ts'
import { parseDisplayName, parseReason, parseSlug } from '../naming.ts'
import type { IamUnits } from '../units.ts'
import {
  foundOrganization,
  MAX_FOUNDED_ORGANIZATIONS,
  type CreateOrganizationRefusal,
  type Organization,
  type OrganizationStatus,
  type ResumeOrganizationRefusal,
  type SuspendOrganizationRefusal,
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

export interface ChangeOrganization {
  readonly organizationId: OrganizationId
  readonly reason: string
}

type Operator = PlatformGrant<'PLATFORM_ORGANIZATION_SUSPEND'>

/** The owner and the data of an event about an organization itself. */
const ofItself = ({ local: organizationId }: OrganizationId) => [{ organizationId }, { organizationId }] as const

export type OrganizationService = ReturnType<typeof organizationService>

export const organizationService = ({ units, clock, ids }: OrganizationDependencies) => ({
  /** Those of the set that exist, in no order. */
  findAll: (scope: OrganizationSetScope): Promise<Organization[]> =>
    units.organizationSet.read(scope, ({ organizations }) => organizations.all()),

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

  suspend: async (
    operator: Operator,
    { organizationId, reason: text }: ChangeOrganization,
  ): Promise<Result<OrganizationStatus, SuspendOrganizationRefusal>> => {
    const reason = parseReason(text)
    if (!reason.ok) return reason
    return units.organization.write(
      operatorGrant(operator, organizationId.local),
      async ({ organizations, audit, outbox }) => {
        const suspendedAt = clock.now()
        if (!(await organizations.find())) return err('NOT_FOUND')
        if (!(await organizations.suspend(suspendedAt))) return err('ALREADY_SUSPENDED')
        audit.succeeded('iam.organization.suspend', organizationId.text, { reason: reason.value })
        outbox.add(organizationSuspended.create(...ofItself(organizationId)))
        return ok({ organizationId, suspendedAt })
      },
    )
  },

  resume: async (
    operator: Operator,
    { organizationId, reason: text }: ChangeOrganization,
  ): Promise<Result<OrganizationStatus, ResumeOrganizationRefusal>> => {
    const reason = parseReason(text)
    if (!reason.ok) return reason
    return units.organization.write(
      operatorGrant(operator, organizationId.local),
      async ({ organizations, audit, outbox }) => {
        if (!(await organizations.find())) return err('NOT_FOUND')
        if (!(await organizations.resume())) return err('NOT_SUSPENDED')
        audit.succeeded('iam.organization.resume', organizationId.text, { reason: reason.value })
        outbox.add(organizationResumed.create(...ofItself(organizationId)))
        return ok({ organizationId, suspendedAt: null })
      },
    )
  },
})
