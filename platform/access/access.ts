import { type OrganizationGrant, type PlatformGrant, type ProjectGrant, type SelfGrant } from './authorize.ts'
import type { Decision, Denied } from './decide.ts'
import { decisionMemo, type DecisionMemo } from './decision-memo.ts'
import type { GrantCache } from './grant-cache.ts'
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
  readonly ids?: ScopeIds | undefined
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
export const createAccess = (parts: AccessParts): Access => new OperationAccess(parts)

/** The authorization of operations by grants that are kept: at once where they are held. */
export const accessBy =
  ({ held, load, fresh }: Pick<GrantCache, 'held' | 'load' | 'fresh'>, ids?: ScopeIds) =>
  (principal: Principal): Access | Promise<Access> => {
    const accessWith = (grants: Grants) => new OperationAccess({ principal, grants, reload: fresh, ids })
    const grants = held(principal)
    return grants ? accessWith(grants) : load(principal).then(accessWith)
  }

/** Every request has one: methods of a class cost nothing until they are called. */
class OperationAccess implements Access {
  readonly principal: Principal
  readonly ids: ScopeIds
  readonly #reload: (principal: Principal) => Promise<Grants>
  #grants: Grants
  #memo: DecisionMemo | undefined
  #reading: Promise<void> | undefined
  #begun = 0
  #applied = 0

  constructor({ principal, grants, reload, ids = scopeCarryingIds }: AccessParts) {
    this.principal = principal
    this.ids = ids
    this.#reload = reload
    this.#grants = grants
  }

  get grants(): Grants {
    return this.#grants
  }

  get memo(): DecisionMemo {
    return (this.#memo ??= decisionMemo(this.principal, this.#grants, this.ids))
  }

  decide(requirement: Requirement): Decision {
    return this.memo.decide(requirement)
  }

  project<C extends string>(capability: C, id: IdText, argument = 'id'): ProjectGrant<C> {
    return orThrow(this.memo.project(capability, scopeOrThrow(this.ids.project(id), argument)))
  }

  organization<C extends string>(capability: C, id: IdText, argument = 'id'): OrganizationGrant<C> {
    return orThrow(this.memo.organization(capability, scopeOrThrow(this.ids.organization(id), argument)))
  }

  self(): SelfGrant {
    return orThrow(this.memo.self())
  }

  platform<C extends string>(capability: C): PlatformGrant<C> {
    return orThrow(this.memo.platform(capability))
  }

  projects(capability: string): ProjectSetScope {
    // An anonymous or disabled caller is told so; a suspended or foreign project is merely absent.
    const caller = this.memo.decide({ kind: 'self' })
    if (!caller.allowed && caller.code !== 'SELF_ACCESS_DENIED') throw denialError(caller)
    return this.memo.projects(capability)
  }

  refresh(): Promise<void> {
    const turn = ++this.#begun
    const read = this.#reload(this.principal).then((held) => {
      if (turn < this.#applied) return // one that began later has already said more
      this.#applied = turn
      this.#grants = held
      this.#memo = undefined
    })
    this.#reading = read
    read.catch(() => {
      if (this.#reading === read) this.#reading = undefined
    })
    return read
  }

  ensureFresh(): Promise<void> {
    return this.#reading ?? this.refresh()
  }
}
