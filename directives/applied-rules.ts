import { scopeFieldOf, type Rule, type ScopeRule } from './rule.ts'
import { isGuarded, type GuardedRule } from './verdict.ts'

/**
 * The field by which an object is asked for the scope of a rule on it, or on one of its fields. Undefined where it
 * carries none of that kind: the id of a project says nothing of an organization, even where their ids look alike.
 */
export const carrierOf = (scope: GuardedRule, ofObject: Rule | undefined): string | undefined => {
  const same = ofObject?.scopes.find(({ kind }) => kind === scope.kind)
  if (same === undefined && isOwned(scope) && ofObject?.scopes.some(isGuarded)) return undefined
  return scopeFieldOf(same)
}

/** A rule whose scope an id carries. */
export type OwnedRule = Extract<GuardedRule, { kind: 'project' | 'organization' }>

export const isOwned = (scope: ScopeRule): scope is OwnedRule =>
  scope.kind === 'project' || scope.kind === 'organization'

const THE_CALLER: readonly GuardedRule[] = [{ kind: 'self' }]

/**
 * What a field asks of its caller beyond what its object has asked. One that is only `@sensitive` asks for its object's
 * rules again, with a fresh second factor; where the object has none either (lint refuses that), for a user that has one.
 */
export const guardsOf = (rule: Rule | undefined, ofObject: Rule | undefined): readonly GuardedRule[] => {
  const own = rule?.scopes.filter(isGuarded) ?? []
  if (own.length > 0 || rule?.sensitive === undefined) return own
  const inherited = ofObject?.scopes.filter(isGuarded) ?? []
  return inherited.length > 0 ? inherited : THE_CALLER
}
