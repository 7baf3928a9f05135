import type { Principal } from './principal.ts'
import type { ScopeKey } from './scope-key.ts'

/** What a principal may do where, as the source of grants knows it. Roles are already turned into capabilities. */
export interface Grants {
  /** The user behind the principal; undefined for a subject that the source does not know. */
  readonly userId: ScopeKey | undefined
  readonly disabled: boolean
  readonly platform: ReadonlySet<string>
  readonly organizations: ReadonlyMap<ScopeKey, OrganizationGrants>
  /** Every project that an active membership (of the project or its organization) reaches. */
  readonly projects: ReadonlyMap<ScopeKey, ProjectGrants>
}

export interface OrganizationGrants {
  readonly suspended: boolean
  /** When the membership began, of several the first; undefined where the source cannot tell. */
  readonly since?: Date | undefined
  readonly capabilities: ReadonlySet<string>
}

export interface ProjectGrants {
  readonly organizationId: ScopeKey
  readonly suspended: boolean
  readonly capabilities: ReadonlySet<string>
}

export const NO_GRANTS: Grants = {
  userId: undefined,
  disabled: false,
  platform: new Set(),
  organizations: new Map(),
  projects: new Map(),
}

/** Where grants come from: iam's view, or a file (the general gateway). */
export interface GrantSource {
  readonly load: (principal: Principal) => Promise<Grants>
}
