import type { Transaction } from '../../../platform/database/database.ts'
import { proofReportSchema, PROOFS, type ProofReport } from '../../../platform/evidence/proof-report.ts'

/** What the platform knows of its own proofs; no tenant's. */
export class EvidenceRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** The last run of each proof that is on record. */
  async latest(): Promise<readonly ProofReport[]> {
    const rows = await this.#db.controlEvidence.findMany({
      where: { proof: { in: [...PROOFS] } },
      orderBy: { finishedAt: 'desc' },
      distinct: ['proof'],
    })
    return rows.map((row) => proofReportSchema.parse({ ...row, finishedAt: row.finishedAt.toISOString() }))
  }
}
