import { catalogued, type CataloguedError } from '../../../platform/errors/catalogue.ts'
import type { Decisions } from '../../preflight/decisions.ts'
import type { DataObject, ResponsePath } from '../data.ts'
import { JsonBytes } from './json-bytes.ts'

/** What a subgraph's data broke of the API schema, or what was denied, while an answer was written. */
export interface Finding {
  /** Grows from its end while writing returns through the parents. */
  path: ResponsePath
  readonly error: CataloguedError
  /** A null where none may be: left out where an error that caused it is reported already. */
  readonly isConsequence: boolean
  /** The caller may not have what was fetched for this place. */
  readonly isDenial?: true
}

/** Something stands in the answer for the value. */
export const WRITTEN = 1
/** Nothing was written: the value is null, and whoever holds it says so. */
export const NULL = 0
/** Nothing was written: a null has reached a place where none may be, and the parent becomes null instead. */
export const BUBBLE = -1

export type Outcome = typeof WRITTEN | typeof NULL | typeof BUBBLE

/** Writes the client's form of a fetched value. Gives `BUBBLE` for non-null types only. */
export type Write = (value: unknown, writing: Writing) => Outcome

export interface WritingContext {
  /** The results of `__schema` and `__type`, by response name. */
  readonly introspection: DataObject
  readonly decisions: Decisions
}

/** Of consequences, and of what is none: more than an answer tells, as most may be what others explain. */
const MAX_FINDINGS = 100_000

/** One answer being written. */
export class Writing {
  readonly json = new JsonBytes()
  readonly findings: Finding[] = []
  readonly introspection: DataObject
  readonly decisions: Decisions
  #invalid: CataloguedError | undefined
  #causes = 0
  #consequences = 0

  constructor({ introspection, decisions }: WritingContext) {
    this.introspection = introspection
    this.decisions = decisions
  }

  /** What a value that does not fit is. */
  get invalid(): CataloguedError {
    return (this.#invalid ??= catalogued('SUBGRAPH_INVALID_RESPONSE'))
  }

  /**
   * Denials are always held: they say what may not be told. Of anything else a subgraph could send any number; what
   * others may explain takes no room of what nothing explains.
   */
  find(finding: Finding): void {
    if (finding.isDenial || this.#count(finding) <= MAX_FINDINGS) this.findings.push(finding)
  }

  /** Some that no other explains were not held. */
  get hasMoreCauses(): boolean {
    return this.#causes > MAX_FINDINGS
  }

  /** Some that others may explain were not held. */
  get hasMoreConsequences(): boolean {
    return this.#consequences > MAX_FINDINGS
  }

  #count({ isConsequence }: Finding): number {
    return isConsequence ? ++this.#consequences : ++this.#causes
  }
}

/** Adds one step to the paths of the findings since `mark`. */
export const prependPath = (findings: readonly Finding[], mark: number, step: string | number): void => {
  for (let index = mark; index < findings.length; index++) {
    const finding = findings[index]
    if (finding) finding.path = [step, ...finding.path]
  }
}
