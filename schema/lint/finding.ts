import type { Coordinate } from '../../directives/rule.ts'

/** One thing that is wrong with a graph: where, which rule it breaks, and what to do. */
export interface Finding {
  readonly coordinate: Coordinate
  readonly rule: string
  readonly message: string
}

/** One line for a person or a program: coordinate, rule id and message, separated by tabs. */
export const printFinding = ({ coordinate, rule, message }: Finding): string => `${coordinate}\t${rule}\t${message}`
