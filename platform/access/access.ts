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
import type { ScopeKey } from './scope-key.ts'
import { scopeCarryingIds, type IdText, type ScopeIds } from './scope-ids.ts'
import { catalogued, type CataloguedError } from '../errors/catalogue.ts'
import { isUuid } from '../ids/id.ts'
import type { Result } from '../result/result.ts'

/**
 * The authorization of one operation: the principal and its grants, resolved once before anything runs, so that
 * every decision after it is pure and needs no I/O. Each method returns the grant or throws the catalogued denial.
 * Ids are the texts of the graph (`prj_…`, `alc_…`) or parsed ids; a malformed one is `INVALID_ID`, never a denial
 * that differs from that of a project which does not exist.
 */
export interface Access {
  readonly principal: Principal
  readonly grants: Grants
  /** How scopes are read from the ids of this graph. */
  readonly ids: ScopeIds
  /** Each distinct requirement is decided once; a second time it is a look-up. */
  readonly decide: (requirement: Requirement) => Decision
  /** `argument` is the path that an `INVALID_ID` names: `input.allocationId`. */
  readonly project: <C extends string>(capability: C, id: IdText, argument?: string) => ProjectGrant<C>
  readonly organization: <C extends string>(capability: C, id: IdText, argument?: string) => OrganizationGrant<C>
  readonly self: () => SelfGrant
  readonly platform: <C extends string>(capability: C) => PlatformGrant<C>
  /** Every project in which the caller holds the capability now; for reads over all of them. May be empty. */
  readonly projects: (capability: string) => ProjectSetScope
  /** Reads the grants again, past every cache: after a mutation that changed them. */
  readonly refresh: () => Promise<void>
  /**
   * Resolves once the grants were read for this operation and not for one before it; reads at most once. For what is
   * never decided from a cache: mutations and `@sensitive` (authorization.md). A read that fails is tried again.
   */
  readonly ensureFresh: () => Promise<void>
}

export interface AccessParts {
  readonly principal: Principal
  readonly grants: Grants
  /** Reads the grants of the principal past every cache. */
  readonly reload: (principal: Principal) => Promise<Grants>
  readonly ids?: ScopeIds
}

/** The error that a denial is, the same in every layer. Strangers learn the code alone (R7). */
export const denialError = ({ code, rule, capability, maxAgeSeconds }: Denied): CataloguedError =>
  catalogued(code, {
    ...(capability !== undefined && { capability, rule }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  })

const orThrow = <T>(result: Result<T, Denied>): T => {
  if (!result.ok) throw denialError(result.error)
  return result.value
}

const scopeOrThrow = (scope: Result<ScopeKey, 'INVALID_ID'>, argument: string): ScopeKey => {
  if (!scope.ok) throw catalogued(scope.error, { argument })
  return scope.value
}

const requirementKey = (requirement: Requirement): string => {
  const since = requirement.secondFactorSince?.getTime() ?? ''
  switch (requirement.kind) {
    case 'project':
      return `p ${requirement.projectId} ${requirement.capability} ${since}`
    case 'organization':
      return `o ${requirement.organizationId} ${requirement.capability} ${since}`
    case 'self':
      return `s ${requirement.userId ?? ''} ${since}`
    case 'platform':
      return `l ${requirement.capability} ${since}`
  }
}

/** Opens the authorization of one operation. Hold it no longer than that operation. */
export const createAccess = ({ principal, grants: loaded, reload, ids = scopeCarryingIds }: AccessParts): Access => {
  let grants = loaded
  const decisions = new Map<string, Decision>()

  const decideOnce = (requirement: Requirement): Decision => {
    const key = requirementKey(requirement)
    const known = decisions.get(key)
    if (known !== undefined) return known
    const decision = decide(principal, grants, requirement)
    decisions.set(key, decision)
    return decision
  }

  let reading: Promise<void> | undefined
  let begun = 0
  let applied = 0
  const refresh = (): Promise<void> => {
    const turn = ++begun
    const read = reload(principal).then((held) => {
      if (turn < applied) return // one that began later has already said more
      applied = turn
      grants = held
      decisions.clear()
    })
    reading = read
    read.catch(() => {
      if (reading === read) reading = undefined
    })
    return read
  }

  return {
    principal,
    get grants() {
      return grants
    },
    ids,
    decide: decideOnce,
    project: (capability, id, argument = 'id') => {
      const projectId = scopeOrThrow(ids.project(id), argument)
      return orThrow(authorize({ principal, grants }, { kind: 'project', capability, projectId }))
    },
    organization: (capability, id, argument = 'id') => {
      const organizationId = scopeOrThrow(ids.organization(id), argument)
      return orThrow(authorize({ principal, grants }, { kind: 'organization', capability, organizationId }))
    },
    self: () => orThrow(authorize({ principal, grants }, { kind: 'self' })),
    platform: (capability) => orThrow(authorize({ principal, grants }, { kind: 'platform', capability })),
    projects: (capability) => {
      // An anonymous or disabled caller is told so; a suspended or foreign project is merely absent.
      const caller = decideOnce({ kind: 'self' })
      if (!caller.allowed && caller.code !== 'SELF_ACCESS_DENIED') throw denialError(caller)
      const projects: ProjectScope[] = []
      for (const [projectId, { organizationId }] of grants.projects) {
        if (!isUuid(projectId) || !isUuid(organizationId)) continue // no repository holds what has a plain id
        // Not kept: many are decided here, few of them again.
        if (decide(principal, grants, { kind: 'project', capability, projectId }).allowed)
          projects.push(projectScope(organizationId, projectId))
      }
      return { kind: 'project-set', projects }
    },
    refresh,
    ensureFresh: () => reading ?? refresh(),
  }
}
