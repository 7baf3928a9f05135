import { decide, type Denied } from './decide.ts'
import type { Grants } from './grants.ts'
import type { Principal } from './principal.ts'
import type {
  OrganizationRequirement,
  PlatformRequirement,
  ProjectRequirement,
  Requirement,
  SelfRequirement,
} from './requirement.ts'
import type { ScopeKey } from './scope-key.ts'
import { memberScope, organizationScope, PLATFORM_SCOPE, projectScope, selfScope } from './scope.ts'
import type { OrganizationScope, PlatformScope, ProjectScope, SelfScope } from './scope.ts'
import { isUuid, type Uuid } from '../ids/id.ts'
import { err, ok, type Result } from '../result/result.ts'

/** Not exported, so that no other module can write a grant: forging one is a compile error. */
const proof: unique symbol = Symbol('grant')

/** Proof that one capability was granted in one project; only `authorize` and `systemGrant` (this module) make it. */
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
  | { readonly kind: 'principal'; readonly principal: Principal; readonly userId: Uuid | undefined }
  | { readonly kind: 'system'; readonly job: string }

/** A principal with the grants that its source found for it. */
export interface Subject {
  readonly principal: Principal
  readonly grants: Grants
}

const scopeDenied = (code: Denied['code'], rule: Denied['rule']): Denied => ({ allowed: false, code, rule })

const uuidOf = (key: ScopeKey | undefined): Uuid | undefined => (key !== undefined && isUuid(key) ? key : undefined)

/**
 * Decides a requirement, and hands out the proof when it is allowed. Repositories know scopes by UUID: nothing is
 * proven of a scope with a plain id, which is only ever decided on (`decide`).
 */
export function authorize<C extends string>(s: Subject, r: ProjectRequirement<C>): Result<ProjectGrant<C>, Denied>
export function authorize<C extends string>(
  s: Subject,
  r: OrganizationRequirement<C>,
): Result<OrganizationGrant<C>, Denied>
export function authorize(s: Subject, r: SelfRequirement): Result<SelfGrant, Denied>
export function authorize<C extends string>(s: Subject, r: PlatformRequirement<C>): Result<PlatformGrant<C>, Denied>
export function authorize(subject: Subject, requirement: Requirement): Result<Grant, Denied>
export function authorize({ principal, grants }: Subject, requirement: Requirement): Result<Grant, Denied> {
  const decision = decide(principal, grants, requirement)
  if (!decision.allowed) return err(decision)
  const userId = uuidOf(grants.userId)
  const actor: Actor = { kind: 'principal', principal, userId }
  switch (requirement.kind) {
    case 'project': {
      const { capability } = requirement
      const projectId = uuidOf(requirement.projectId)
      const organizationId = uuidOf(grants.projects.get(requirement.projectId)?.organizationId)
      if (projectId === undefined || organizationId === undefined)
        return err(scopeDenied('PROJECT_ACCESS_DENIED', decision.rule))
      return ok({ [proof]: 'project', scope: projectScope(organizationId, projectId), capability, actor })
    }
    case 'organization': {
      const { capability } = requirement
      const organizationId = uuidOf(requirement.organizationId)
      if (organizationId === undefined) return err(scopeDenied('ORGANIZATION_ACCESS_DENIED', decision.rule))
      return ok({ [proof]: 'organization', scope: organizationScope(organizationId), capability, actor })
    }
    case 'self':
      if (userId === undefined) return err(scopeDenied('SELF_ACCESS_DENIED', decision.rule))
      return ok({ [proof]: 'self', scope: selfScope(userId), actor })
    case 'platform':
      return ok({ [proof]: 'platform', scope: PLATFORM_SCOPE, capability: requirement.capability, actor })
  }
}

/**
 * What the platform does by itself, for an owner that a committed row or event names. A use case that jobs may call
 * says so in its signature: `ProjectGrant<'COMPUTE_ALLOCATION_RELEASE' | SystemCapability>`.
 */
export type SystemCapability = 'SYSTEM'

/** The grant of a job or an event handler, named for audit. Never imported by a resolver (lint rule). */
export function systemGrant(scope: ProjectScope, job: string): ProjectGrant<SystemCapability>
export function systemGrant(scope: OrganizationScope, job: string): OrganizationGrant<SystemCapability>
export function systemGrant(scope: SelfScope, job: string): SelfGrant
export function systemGrant(scope: PlatformScope, job: string): PlatformGrant<SystemCapability>
export function systemGrant(scope: ProjectScope | OrganizationScope | SelfScope | PlatformScope, job: string): Grant {
  const actor: Actor = { kind: 'system', job }
  switch (scope.kind) {
    case 'project':
      return { [proof]: 'project', scope, capability: 'SYSTEM', actor }
    case 'organization':
      return { [proof]: 'organization', scope, capability: 'SYSTEM', actor }
    case 'self':
      return { [proof]: 'self', scope, actor }
    case 'platform':
      return { [proof]: 'platform', scope, capability: 'SYSTEM', actor }
  }
}

/** The caller among the members of organizations, each of which was decided. */
export const memberGrant = (self: SelfGrant, memberOf: readonly OrganizationGrant[]): SelfGrant => ({
  ...self,
  scope: memberScope(
    self.scope.userId,
    memberOf.map(({ scope }) => scope.organizationId),
  ),
})

/** The founder of an organization acts in it before its first membership is there to decide by. */
export const founderGrant = (founder: SelfGrant, organizationId: Uuid): OrganizationGrant<'ORGANIZATION_FOUND'> => ({
  [proof]: 'organization',
  scope: { ...organizationScope(organizationId), founderId: founder.scope.userId },
  capability: 'ORGANIZATION_FOUND',
  actor: founder.actor,
})

/** An operator acts on one organization: what the platform's grant permits, in the scope that it is about. */
export const operatorGrant = <C extends string>(
  operator: PlatformGrant<C>,
  organizationId: Uuid,
): OrganizationGrant<C> => ({
  [proof]: 'organization',
  scope: organizationScope(organizationId),
  capability: operator.capability,
  actor: operator.actor,
})

/** An operator acts on one user. The actor stays the operator. */
export const operatorUserGrant = (operator: PlatformGrant, userId: Uuid): SelfGrant => ({
  [proof]: 'self',
  scope: selfScope(userId),
  actor: operator.actor,
})
