import type { ProofName, ProofReport } from '../../../platform/evidence/proof-report.ts'

/** A control, and the proof that shows it. Statements say what is shown, and no more (R83; docs/non-claims.md). */
export interface Control {
  readonly control: string
  readonly statement: string
  readonly requirements: readonly string[]
  readonly proof: ProofName
}

export const CONTROLS: readonly Control[] = [
  {
    control: 'TENANT_DENIALS',
    statement:
      'Every root field and entity refuses every kind of caller without a grant, through the gateway and straight at its subgraph.',
    requirements: ['R6', 'R11'],
    proof: 'matrix',
  },
  {
    control: 'AUTHENTICATED_SUBGRAPHS',
    statement: 'A subgraph answers nobody without a valid internal token.',
    requirements: ['R13', 'R88'],
    proof: 'matrix',
  },
  {
    control: 'GUARDED_PATHS',
    statement: 'Every path from a root field to what a project owns meets a rule of project scope.',
    requirements: ['R6', 'R10'],
    proof: 'reachability',
  },
  {
    control: 'INDEPENDENT_LAYERS',
    statement:
      'Preflight, subgraph guards, scoped repositories and row-level security each deny when others are switched off.',
    requirements: ['R1', 'R12'],
    proof: 'layers',
  },
  {
    control: 'NOTICED_REMOVALS',
    statement: 'Taking away a rule, a repository scope, a policy or a composite key is noticed.',
    requirements: ['R5', 'R10'],
    proof: 'guards',
  },
  {
    control: 'NO_EXISTENCE_ORACLE',
    statement:
      'A foreign thing and one that does not exist are refused with the same bytes but for the correlation id.',
    requirements: ['R7'],
    proof: 'sameness',
  },
]

export type ControlStatus = 'PROVEN' | 'OUTDATED' | 'FAILED' | 'NOT_RUN'

/** Whether a control is shown for `graph`, by the last run of its proof. */
export const statusOf = (last: ProofReport | undefined, graph: string): ControlStatus => {
  if (last === undefined) return 'NOT_RUN'
  if (last.result === 'FAILED') return 'FAILED'
  return last.graph === graph ? 'PROVEN' : 'OUTDATED'
}
