import type { Uuid } from '../ids/id.ts'

/** One project of one organization. `columns` is what every statement on a project-owned table carries. */
export interface ProjectScope {
  readonly kind: 'project'
  readonly organizationId: Uuid
  readonly projectId: Uuid
  readonly columns: { readonly orgId: Uuid; readonly projectId: Uuid }
}

export interface OrganizationScope {
  readonly kind: 'organization'
  readonly organizationId: Uuid
  /** While the organization is being founded: its founder, whose own memberships are in scope too. */
  readonly founderId?: Uuid
  readonly columns: { readonly orgId: Uuid }
}

/** The caller's own things, in any organization. */
export interface SelfScope {
  readonly kind: 'self'
  readonly userId: Uuid
  /** Organizations of which the user is a member: what is told to their members is read, and changed never. */
  readonly organizationIds?: readonly Uuid[]
  readonly columns: { readonly userId: Uuid }
}

/** The platform's own things: nodes, SKUs, price books. Never a tenant's. */
export interface PlatformScope {
  readonly kind: 'platform'
}

/** Several projects the caller may read at once; made of grants, for lists over all of a viewer's projects. */
export interface ProjectSetScope {
  readonly kind: 'project-set'
  readonly projects: readonly ProjectScope[]
}

/** Several organizations at once; made of grants, for what an operation asks of each of them. */
export interface OrganizationSetScope {
  readonly kind: 'organization-set'
  readonly organizations: readonly OrganizationScope[]
}

export type Scope =
  ProjectScope | ProjectSetScope | OrganizationScope | OrganizationSetScope | SelfScope | PlatformScope

export const projectScope = (organizationId: Uuid, projectId: Uuid): ProjectScope => ({
  kind: 'project',
  organizationId,
  projectId,
  columns: { orgId: organizationId, projectId },
})

export const organizationScope = (organizationId: Uuid): OrganizationScope => ({
  kind: 'organization',
  organizationId,
  columns: { orgId: organizationId },
})

export const selfScope = (userId: Uuid): SelfScope => ({ kind: 'self', userId, columns: { userId } })

/** A user among the members of organizations: for what these are told together. */
export const memberScope = (userId: Uuid, organizationIds: readonly Uuid[]): SelfScope => ({
  ...selfScope(userId),
  organizationIds,
})

export const PLATFORM_SCOPE: PlatformScope = { kind: 'platform' }
