import { COMPOSITION_RULES } from './rules/composition.ts'
import { CONVENTION_RULES } from './rules/conventions.ts'
import { IDENTITY_RULES } from './rules/identity.ts'
import { SCOPE_RULES } from './rules/scope.ts'

/** What a rule of lint asks. docs/guides/lint.md is made from this. */
export interface LintRule {
  readonly severity: 'error' | 'warning'
  /** What a graph does that breaks it. */
  readonly breaks: string
  /** What would come of it. */
  readonly why: string
  readonly remedy: string
  /** SDL that breaks it. */
  readonly example: string
}

/** Every rule, by its stable id. */
export const LINT_RULES = {
  ...SCOPE_RULES,
  ...IDENTITY_RULES,
  ...COMPOSITION_RULES,
  ...CONVENTION_RULES,
} as const satisfies Readonly<Record<string, LintRule>>

export type LintRuleId = keyof typeof LINT_RULES
