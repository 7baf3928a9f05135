import { LINT_RULES, type LintRuleId } from './rules.ts'
import type { Coordinate } from '../../directives/rule.ts'

/** One thing that is wrong with a graph: where, which rule it breaks, and what to do. */
export interface Finding {
  readonly coordinate: Coordinate
  readonly rule: LintRuleId
  readonly message: string
}

/** A warning is printed and fails nothing. */
export const isWarning = ({ rule }: Finding): boolean => LINT_RULES[rule].severity === 'warning'

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** One line for a person or a program: coordinate, rule id and message, separated by tabs. */
export const printFinding = (finding: Finding): string => {
  const message = oneLine(finding.message)
  return [oneLine(finding.coordinate), finding.rule, isWarning(finding) ? `warning: ${message}` : message].join('\t')
}
