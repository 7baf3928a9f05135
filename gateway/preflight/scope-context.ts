import { isOwned } from '../../directives/applied-rules.ts'
import type { ScopeRule } from '../../directives/rule.ts'
import type { GuardedRule } from '../../directives/verdict.ts'
import type { ScopeSource } from './scope-source.ts'

/**
 * What is known of the scope at a place before anything is fetched. An edge between things of one kind of scope stays
 * in its scope (authorization.md, rule 5), so below `project(id:)` everything of the project has the scope of `id`.
 */
export type ScopeContext =
  | { readonly kind: 'unknown' }
  /** The caller's own. */
  | { readonly kind: 'self' }
  /** Carried by an argument. */
  | { readonly kind: 'project' | 'organization'; readonly source: ScopeSource }
  /** Read from an object above, and decided there for these capabilities. */
  | { readonly kind: 'project' | 'organization'; readonly source: 'object'; readonly decided: readonly string[] }

export const UNKNOWN: ScopeContext = { kind: 'unknown' }
const SELF: ScopeContext = { kind: 'self' }

/** Where the scope of a rule comes from at a place. */
export type ScopeOrigin =
  | { readonly from: 'caller' }
  | { readonly from: 'argument'; readonly source: ScopeSource }
  /** Decided above for the same capability in the same scope. */
  | { readonly from: 'decided' }
  | { readonly from: 'object' }

export const originOf = (scope: GuardedRule, context: ScopeContext): ScopeOrigin => {
  if (scope.kind === 'platform') return { from: 'caller' }
  if (scope.kind === 'self') return context.kind === 'self' ? { from: 'caller' } : { from: 'object' }
  if (context.kind !== scope.kind) return { from: 'object' }
  if (context.source !== 'object') return { from: 'argument', source: context.source }
  return { from: context.decided.includes(scope.capability) ? 'decided' : 'object' }
}

/** What is known below an object, or a field, on which these rules were decided. */
export const contextBelow = (scopes: readonly ScopeRule[], context: ScopeContext): ScopeContext => {
  const [scope] = scopes
  if (!scope) return context
  if (scope.kind === 'self') return SELF
  if (!isOwned(scope)) return UNKNOWN
  const isSame = context.kind === scope.kind
  if (isSame && context.source !== 'object') return context
  const decided = scopes.flatMap((rule) => (rule.kind === scope.kind ? [rule.capability] : []))
  const before = isSame && context.source === 'object' ? context.decided : []
  return { kind: scope.kind, source: 'object', decided: [...new Set([...before, ...decided])].toSorted() }
}
