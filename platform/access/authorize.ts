import type { Grants } from './grants.ts'
import type { Principal } from './principal.ts'
import type { OrganizationScope, PlatformScope, ProjectScope, SelfScope } from './scope.ts'

declare const proof: unique symbol

/** Proof that one capability was granted in one project; only `authorize` (this module) makes it. */
export interface ProjectGrant<C extends string = string> {
  readonly [proof]: 'project'
  readonly scope: ProjectScope
  readonly capability: C
  readonly actor: Actor
}

export interface OrganizationGrant<C extends string = string> {
  readonly [proof]: 'organization'
  readonly scope: OrganizationScope
  readonly capability: C
  readonly actor: Actor
}

/** Proof that the caller is an enabled user, acting on its own things. */
export interface SelfGrant {
  readonly [proof]: 'self'
  readonly scope: SelfScope
  readonly actor: Actor
}

export interface PlatformGrant<C extends string = string> {
  readonly [proof]: 'platform'
  readonly scope: PlatformScope
  readonly capability: C
  readonly actor: Actor
}

export type Grant = ProjectGrant | OrganizationGrant | SelfGrant | PlatformGrant

/** Who causes a change: a principal, or a job of the platform acting for an owner. Written to audit and events. */
export type Actor =
  | { readonly kind: 'principal'; readonly principal: Principal; readonly userId: Grants['userId'] }
  | { readonly kind: 'system'; readonly job: string }
