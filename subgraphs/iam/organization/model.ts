import { selfId, type OrganizationId, type Uuid } from '../../../platform/ids/id.ts'
import type { DisplayName, Slug } from '../naming.ts'

export interface Organization {
  readonly id: OrganizationId
  readonly slug: string
  readonly name: string
  readonly createdAt: Date
}

/** How many organizations one user may found. */
export const MAX_FOUNDED_ORGANIZATIONS = 10

export interface NewOrganization extends Organization {
  readonly slug: Slug
  readonly name: DisplayName
}

export const foundOrganization = (local: Uuid, name: DisplayName, slug: Slug, createdAt: Date): NewOrganization => ({
  id: selfId('org', local),
  name,
  slug,
  createdAt,
})

export type CreateOrganizationRefusal = 'NAME_INVALID' | 'SLUG_INVALID' | 'SLUG_TAKEN' | 'LIMIT_REACHED'

/** Whether an organization may act, as operators see it. */
export interface OrganizationStatus {
  readonly organizationId: OrganizationId
  readonly suspendedAt: Date | null
}

export type SuspendOrganizationRefusal = 'NOT_FOUND' | 'ALREADY_SUSPENDED' | 'REASON_INVALID'
export type ResumeOrganizationRefusal = 'NOT_FOUND' | 'NOT_SUSPENDED' | 'REASON_INVALID'
