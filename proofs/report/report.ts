/** A part of a report: rows under a heading. */
export interface ReportTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** What a proof found, for a program (JSON) and for a person (a page). */
export interface ProofReport {
  /** The command: `matrix` of `npm run prove:matrix`. */
  readonly name: string
  /** What is proven, in one sentence. */
  readonly claim: string
  readonly holds: boolean
  /** One line: what was done, and what came of it. */
  readonly summary: string
  readonly figures: Readonly<Record<string, number>>
  /** Each thing that is wrong, one sentence. Empty where the proof holds. */
  readonly findings: readonly string[]
  /** What the proof does not show. */
  readonly limits: readonly string[]
  readonly tables: readonly ReportTable[]
}

/** A report with when it was made. */
export interface DatedReport extends ProofReport {
  readonly startedAt: string
  readonly seconds: number
}
