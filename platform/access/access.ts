import type { OrganizationGrant, PlatformGrant, ProjectGrant, SelfGrant } from './authorize.ts'
import type { Grants } from './grants.ts'
import type { Principal } from './principal.ts'

/**
 * The authorization of one operation: the principal and its grants, resolved once before anything runs, so that
 * every decision after it is pure and needs no I/O. Each method returns the grant or throws the catalogued denial.
 * Ids are the texts of the graph (`prj_…`, `alc_…`); a malformed one is `INVALID_ID`, never a denial that differs
 * from that of a project which does not exist.
 */
export interface Access {
  readonly principal: Principal
  readonly grants: Grants
  readonly project: <C extends string>(capability: C, id: string, argument?: string) => ProjectGrant<C>
  readonly organization: <C extends string>(capability: C, id: string, argument?: string) => OrganizationGrant<C>
  readonly self: () => SelfGrant
  readonly platform: <C extends string>(capability: C) => PlatformGrant<C>
  /** Reads the grants again, past every cache; after a mutation that changed them. */
  readonly refresh: () => Promise<void>
}
