import { type OrganizationGrant, type PlatformGrant, type ProjectGrant, type SelfGrant } from './authorize.ts'
import type { Decision, Denied } from './decide.ts'
import { decisionMemo, type DecisionMemo } from './decision-memo.ts'
import type { Grants } from './grants.ts'
import type { Principal } from './principal.ts'
import type { Requirement } from './requirement.ts'
import type { ProjectSetScope } from './scope.ts'
import type { ScopeKey } from './scope-key.ts'
import { scopeCarryingIds, type IdText, type ScopeIds } from './scope-ids.ts'
import { catalogued, type CataloguedError } from '../errors/catalogue.ts'
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
  /** What was decided already by these grants; another one when they were read again. */
  readonly memo: DecisionMemo
  /** How scopes are read from the ids of this graph. */
  readonly ids: ScopeIds
  /** Each distinct requirement is decided once by the same grants; a second time it is a look-up. */
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

/** Opens the authorization of one operation. Hold it no longer than that operation. */
export const createAccess = ({ principal, grants: loaded, reload, ids = scopeCarryingIds }: AccessParts): Access => {
  let grants = loaded
  let memo = decisionMemo(principal, grants, ids)

  let reading: Promise<void> | undefined
  let begun = 0
  let applied = 0
  const refresh = (): Promise<void> => {
    const turn = ++begun
    const read = reload(principal).then((held) => {
      if (turn < applied) return // one that began later has already said more
      applied = turn
      grants = held
      memo = decisionMemo(principal, held, ids)
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
    get memo() {
      return memo
    },
    ids,
    decide: (requirement) => memo.decide(requirement),
    project: (capability, id, argument = 'id') =>
      orThrow(memo.project(capability, scopeOrThrow(ids.project(id), argument))),
    organization: (capability, id, argument = 'id') =>
      orThrow(memo.organization(capability, scopeOrThrow(ids.organization(id), argument))),
    self: () => orThrow(memo.self()),
    platform: (capability) => orThrow(memo.platform(capability)),
    projects: (capability) => {
      // An anonymous or disabled caller is told so; a suspended or foreign project is merely absent.
      const caller = memo.decide({ kind: 'self' })
      if (!caller.allowed && caller.code !== 'SELF_ACCESS_DENIED') throw denialError(caller)
      return memo.projects(capability)
    },
    refresh,
    ensureFresh: () => reading ?? refresh(),
  }
}
