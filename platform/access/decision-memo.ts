import {
  authorize,
  type OrganizationGrant,
  type PlatformGrant,
  type ProjectGrant,
  type SelfGrant,
} from './authorize.ts'
import { decide, type Decision, type Denied } from './decide.ts'
import type { Grants } from './grants.ts'
import type { Principal } from './principal.ts'
import type { Requirement } from './requirement.ts'
import { projectScope, type ProjectScope, type ProjectSetScope } from './scope.ts'
import type { ScopeIds } from './scope-ids.ts'
import type { ScopeKey } from './scope-key.ts'
import { isUuid, type Id } from '../ids/id.ts'
import type { Result } from '../result/result.ts'

/** The most outcomes that one snapshot keeps; a caller who names more scopes than that begins anew. */
const MAX_KEPT = 2_000

/** What was found for requirements, by kind, capability and scope. No text is made to look one up. */
class Outcomes<Outcome> {
  readonly #byKind: Record<Requirement['kind'], Map<string, Map<string, Outcome>>> = {
    project: new Map(),
    organization: new Map(),
    self: new Map(),
    platform: new Map(),
  }
  readonly #find: (requirement: Requirement) => Outcome
  #size = 0

  constructor(find: (requirement: Requirement) => Outcome) {
    this.#find = find
  }

  of(requirement: Requirement): Outcome {
    // It names an instant, which is another one each time.
    if (requirement.secondFactorSince !== undefined) return this.#find(requirement)
    const byCapability = this.#byKind[requirement.kind]
    const capability = requirement.kind === 'self' ? '' : requirement.capability
    const key = scopeOf(requirement)
    const known = byCapability.get(capability)?.get(key)
    if (known !== undefined) return known
    const outcome = this.#find(requirement)
    if (this.#size >= MAX_KEPT) this.#clear()
    const byScope = byCapability.get(capability)
    if (byScope) byScope.set(key, outcome)
    else byCapability.set(capability, new Map([[key, outcome]]))
    this.#size += 1
    return outcome
  }

  #clear(): void {
    for (const kept of Object.values(this.#byKind)) kept.clear()
    this.#size = 0
  }
}

const scopeOf = (requirement: Requirement): string => {
  switch (requirement.kind) {
    case 'project':
      return requirement.projectId
    case 'organization':
      return requirement.organizationId
    case 'self':
      return requirement.userId ?? ''
    case 'platform':
      return ''
  }
}

/** The outcome for one object; its id may be none of the kind that is asked for. */
export type ObjectDecision = Decision | { readonly allowed: false; readonly code: 'INVALID_ID' }

/** What one rule found for objects. */
export interface ObjectDecisions {
  /** By what their ids say of their scope. */
  readonly byScope: Map<string, ObjectDecision>
  /** The parsed id that was asked for last, and the outcome: the rows of a list mostly have one scope. */
  last: { readonly id: Id; readonly decision: ObjectDecision } | undefined
}

/**
 * What one snapshot of grants says of one principal. Deciding is pure and neither of the two ever changes, so that all
 * operations which hold the same snapshot share what was decided; it goes when the snapshot goes.
 */
export interface DecisionMemo {
  /** How scopes are read from ids, for what is kept by the text of an id. */
  readonly ids: ScopeIds
  /** What was found for objects, by the rule that asked. Bounded by who writes it. */
  readonly objects: Map<object, ObjectDecisions>
  readonly decide: (requirement: Requirement) => Decision
  readonly project: <C extends string>(capability: C, projectId: ScopeKey) => Result<ProjectGrant<C>, Denied>
  readonly organization: <C extends string>(
    capability: C,
    organizationId: ScopeKey,
  ) => Result<OrganizationGrant<C>, Denied>
  readonly self: () => Result<SelfGrant, Denied>
  readonly platform: <C extends string>(capability: C) => Result<PlatformGrant<C>, Denied>
  /** Every project with an id of this product's in which the capability is held. */
  readonly projects: (capability: string) => ProjectSetScope
}

const memos = new WeakMap<Grants, WeakMap<Principal, DecisionMemo>>()

export const decisionMemo = (principal: Principal, grants: Grants, ids: ScopeIds): DecisionMemo => {
  let ofGrants = memos.get(grants)
  if (!ofGrants) memos.set(grants, (ofGrants = new WeakMap()))
  const known = ofGrants.get(principal)
  if (known?.ids === ids) return known
  const memo = createMemo(principal, grants, ids)
  ofGrants.set(principal, memo)
  return memo
}

const createMemo = (principal: Principal, grants: Grants, ids: ScopeIds): DecisionMemo => {
  const decisions = new Outcomes((requirement) => decide(principal, grants, requirement))
  const proofs = new Outcomes((requirement) => authorize({ principal, grants }, requirement))
  const sets = new Map<string, ProjectSetScope>()

  const projectsOf = (capability: string): ProjectSetScope => {
    const projects: ProjectScope[] = []
    for (const [projectId, { organizationId }] of grants.projects) {
      if (!isUuid(projectId) || !isUuid(organizationId)) continue // no repository holds what has a plain id
      // Past the memo: many are decided here, few of them again.
      if (decide(principal, grants, { kind: 'project', capability, projectId }).allowed)
        projects.push(projectScope(organizationId, projectId))
    }
    return { kind: 'project-set', projects }
  }

  return {
    ids,
    objects: new Map(),
    decide: (requirement) => decisions.of(requirement),
    project: <C extends string>(capability: C, projectId: ScopeKey) =>
      proofs.of({ kind: 'project', capability, projectId }) as Result<ProjectGrant<C>, Denied>, // kept by kind and capability
    organization: <C extends string>(capability: C, organizationId: ScopeKey) =>
      proofs.of({ kind: 'organization', capability, organizationId }) as Result<OrganizationGrant<C>, Denied>, // likewise
    self: () => proofs.of({ kind: 'self' }) as Result<SelfGrant, Denied>, // likewise
    platform: <C extends string>(capability: C) =>
      proofs.of({ kind: 'platform', capability }) as Result<PlatformGrant<C>, Denied>, // likewise
    projects: (capability) => {
      const known = sets.get(capability)
      if (known) return known
      const made = projectsOf(capability)
      sets.set(capability, made)
      return made
    },
  }
}
