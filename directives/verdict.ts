import type { OrganizationRule, PlatformRule, ProjectRule, Rule, ScopeRule, SelfRule } from './rule.ts'
import { denialError, type Access } from '../platform/access/access.ts'
import type { Requirement, StepUp } from '../platform/access/requirement.ts'
import type { ObjectDecision } from '../platform/access/decision-memo.ts'
import type { IdText } from '../platform/access/scope-ids.ts'
import type { Clock } from '../platform/clock/clock.ts'
import { catalogued, type CataloguedError } from '../platform/errors/catalogue.ts'
import { err, ok, type Result } from '../platform/result/result.ts'

/** A rule that asks something of the caller. */
export type GuardedRule = ProjectRule | OrganizationRule | SelfRule | PlatformRule

export const isGuarded = (scope: ScopeRule): scope is GuardedRule => scope.kind !== 'public'

/** The outcome of a rule for one scope: nothing, or why not. */
export type Verdict = ObjectDecision

const INVALID: Verdict = { allowed: false, code: 'INVALID_ID' }

/** What a rule asks in the scope of one id. `id` is undefined where no id is at hand: denied where one is needed. */
const requirementOf = (
  scope: GuardedRule,
  id: IdText | undefined,
  access: Access,
): Result<Requirement, 'INVALID_ID'> => {
  switch (scope.kind) {
    case 'project': {
      const project = id === undefined ? err('INVALID_ID' as const) : access.ids.project(id)
      return project.ok ? ok({ kind: 'project', capability: scope.capability, projectId: project.value }) : project
    }
    case 'organization': {
      const owner = id === undefined ? err('INVALID_ID' as const) : access.ids.organization(id)
      return owner.ok ? ok({ kind: 'organization', capability: scope.capability, organizationId: owner.value }) : owner
    }
    case 'self': {
      const user = id === undefined ? ok(undefined) : access.ids.user(id)
      if (!user.ok) return user
      return ok(user.value === undefined ? { kind: 'self' } : { kind: 'self', userId: user.value })
    }
    case 'platform':
      return ok({ kind: 'platform', capability: scope.capability })
  }
}

/** What a `@sensitive` field asks of the sign-in, counted back from now; undefined for any other. */
export const stepUpOf = ({ sensitive }: Pick<Rule, 'sensitive'>, clock: Clock): Required<StepUp> | undefined =>
  sensitive && {
    secondFactorSince: new Date(clock.now().getTime() - sensitive.maxAgeSeconds * 1_000),
    maxAgeSeconds: sensitive.maxAgeSeconds,
  }

/** Decides one rule in the scope of one id. `stepUp` is given where the field is `@sensitive`. */
export const verdictOf = (scope: GuardedRule, id: IdText | undefined, access: Access, stepUp?: StepUp): Verdict => {
  const requirement = requirementOf(scope, id, access)
  if (!requirement.ok) return INVALID
  return access.decide(stepUp === undefined ? requirement.value : { ...requirement.value, ...stepUp })
}

/** The most scopes that one rule keeps; more than that begin anew. */
const MAX_SCOPES = 1_000

/**
 * As `verdictOf`, for objects on their way out: many rows of one scope cost one decision and a look-up each, over all
 * operations that have the same grants. For ids that this product wrote, never for what a caller sent.
 */
export const verdictOfObject = (scope: GuardedRule, id: IdText | undefined, access: Access): Verdict => {
  if (id === undefined) return verdictOf(scope, id, access)
  const { objects } = access.memo
  let found = objects.get(scope)
  if (found === undefined) objects.set(scope, (found = { byScope: new Map<string, Verdict>(), last: undefined }))
  if (typeof id === 'string') return verdictByText(found.byScope, scope, id, access)
  const { last } = found
  if (last?.id.scope === id.scope && last.id.prefix === id.prefix) return last.decision
  const decision = verdictByText(found.byScope, scope, id, access)
  // Of an id that is its own scope, the next one is another.
  if (id.scope !== id.local) found.last = { id, decision }
  return decision
}

const verdictByText = (byScope: Map<string, Verdict>, scope: GuardedRule, id: IdText, access: Access): Verdict => {
  const key = access.ids.sameScope(typeof id === 'string' ? id : id.text)
  const held = byScope.get(key)
  if (held !== undefined) return held
  const verdict = verdictOf(scope, id, access)
  if (byScope.size >= MAX_SCOPES) byScope.clear()
  byScope.set(key, verdict)
  return verdict
}

/** The error of a denial. `argument` names the path of an id that is missing or malformed. */
export const errorOf = (verdict: Exclude<Verdict, { allowed: true }>, argument: string): CataloguedError =>
  verdict.code === 'INVALID_ID' ? catalogued('INVALID_ID', { argument }) : denialError(verdict)
