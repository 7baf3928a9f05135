import type { ProofName, ProofReport as EvidenceReport } from '../../platform/evidence/proof-report.ts'

/** A part of a report: rows under a heading. */
export interface ReportTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** What a proof found, for a program (JSON) and for a person (a page). */
export interface ProofReport {
  /** The command: `matrix` of `npm run prove:matrix`. */
  readonly name: ProofName
  /** What is proven, in one sentence. */
  readonly claim: string
  readonly holds: boolean
  /** The supergraph that was proven. */
  readonly supergraph: string
  /** One line: what was done, and what came of it. */
  readonly summary: string
  readonly figures: Readonly<Record<string, number>>
  /** Each thing that is wrong, one sentence. Empty where the proof holds. */
  readonly findings: readonly string[]
  /** What the proof does not show. */
  readonly limits: readonly string[]
  readonly tables: readonly ReportTable[]
}

/** As it is written: what evidence reads of it (platform/evidence), and everything for people. */
export type WrittenReport = Omit<ProofReport, 'supergraph'> &
  EvidenceReport & {
    readonly startedAt: string
    readonly seconds: number
  }
