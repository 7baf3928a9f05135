import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import type { ProofReport } from '../../../platform/evidence/proof-report.ts'
import type { IamUnits } from '../units.ts'
import { CONTROLS, statusOf, type Control, type ControlStatus } from './model.ts'

export interface ControlEvidence extends Control {
  readonly status: ControlStatus
  readonly lastProof: ProofReport | undefined
}

export type EvidenceService = ReturnType<typeof evidenceService>

export interface EvidenceServiceParts {
  readonly units: IamUnits
  /** SHA-256 of the supergraph that is served. */
  readonly graph: string
}

export const evidenceService = ({ units, graph }: EvidenceServiceParts) => ({
  /** Every control, whether a proof of it is on record or not. For everybody: it names no tenant. */
  list: async (): Promise<readonly ControlEvidence[]> => {
    const runs = await units.platform.read(PLATFORM_SCOPE, ({ evidence }) => evidence.latest())
    return CONTROLS.map((control) => {
      const lastProof = runs.find(({ proof }) => proof === control.proof)
      return { ...control, status: statusOf(lastProof, graph), lastProof }
    })
  },
})
