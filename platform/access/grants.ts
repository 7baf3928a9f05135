import type { Principal } from './principal.ts'
import type { Uuid } from '../ids/id.ts'

/** What a principal may do where, as iam knows it. Roles are already turned into capabilities. */
export interface Grants {
  /** iam's user behind the principal; undefined for a subject iam does not know. */
  readonly userId: Uuid | undefined
  readonly disabled: boolean
  readonly platform: ReadonlySet<string>
  readonly organizations: ReadonlyMap<Uuid, OrganizationGrants>
  /** Every project that an active membership (of the project or its organization) reaches. */
  readonly projects: ReadonlyMap<Uuid, ProjectGrants>
}

export interface OrganizationGrants {
  readonly suspended: boolean
  readonly capabilities: ReadonlySet<string>
}

export interface ProjectGrants {
  readonly organizationId: Uuid
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
