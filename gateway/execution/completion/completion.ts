import type { CataloguedError } from '../../../platform/errors/catalogue.ts'
import type { Decisions } from '../../preflight/decisions.ts'
import type { DataObject, ResponsePath } from '../data.ts'

/** What a subgraph's data broke of the API schema, or what was denied, while an answer was completed. */
export interface Finding {
  /** Grows from its end while completion returns through the parents. */
  path: ResponsePath
  readonly error: CataloguedError
  /** A null where none may be: left out where an error that caused it is reported already. */
  readonly isConsequence: boolean
  /** The caller may not have what was fetched for this place. */
  readonly isDenial?: true
}

/** One answer being completed. */
export interface Completion {
  readonly findings: Finding[]
  /** The results of `__schema` and `__type`, by response name. */
  readonly introspection: DataObject
  readonly decisions: Decisions
}

/** Says that a null has reached a place where none may be: the parent becomes null instead. */
export const BUBBLE = Symbol('null for a non-null field')

/** Turns a fetched value into the client's. Returns `BUBBLE` for non-null types only. */
export type Complete = (value: unknown, completion: Completion) => unknown

/** Adds one step to the paths of the findings since `mark`. */
export const prependPath = (completion: Completion, mark: number, step: string | number): void => {
  for (let index = mark; index < completion.findings.length; index++) {
    const finding = completion.findings[index]
    if (finding) finding.path = [step, ...finding.path]
  }
}
