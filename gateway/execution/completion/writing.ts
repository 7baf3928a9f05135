import type { CataloguedError } from '../../../platform/errors/catalogue.ts'
import type { Decisions } from '../../preflight/decisions.ts'
import type { DataObject, ResponsePath } from '../data.ts'
import type { Pieces } from './pieces.ts'

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

const FULL = 32_768

/**
 * One answer being written, as JSON. Text is added to `text` directly: that is the whole cost of a leaf. What was
 * written since a mark is taken back by restoring it, for a string never changes.
 */
export class Writing {
  text = ''
  readonly findings: Finding[] = []
  readonly introspection: DataObject
  readonly decisions: Decisions
  #full: Buffer[] = []

  constructor({ introspection, decisions }: WritingContext) {
    this.introspection = introspection
    this.decisions = decisions
  }

  /** How many pieces are full: the other half of a mark, beside `text`. */
  get full(): number {
    return this.#full.length
  }

  /** Turns long text to bytes, so that neither its parts nor a second copy stay on the heap. Called between items. */
  settle(): void {
    if (this.text.length < FULL) return
    this.#full.push(Buffer.from(this.text))
    this.text = ''
  }

  /** Takes back what was written since `text` and `full` were these. */
  restore(text: string, full: number): void {
    if (this.#full.length > full) this.#full = this.#full.slice(0, full)
    this.text = text
  }

  pieces(): Pieces {
    return this.text === '' ? this.#full : [...this.#full, this.text]
  }
}

/** Adds one step to the paths of the findings since `mark`. */
export const prependPath = (findings: readonly Finding[], mark: number, step: string | number): void => {
  for (let index = mark; index < findings.length; index++) {
    const finding = findings[index]
    if (finding) finding.path = [step, ...finding.path]
  }
}
