import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { PROOFS, proofReportSchema, type ProofReport } from '../platform/evidence/proof-report.ts'
import { systemIds } from '../platform/ids/generator.ts'

const REPORTS = join(import.meta.dirname, '..', 'reports')

export interface EvidenceParts {
  readonly ownerUrl: string
  readonly progress: (message: string) => void
  /** Where `npm run prove` left its reports; `reports/` unless given. */
  readonly directory?: string
}

/**
 * Puts on record what the proofs came to (R83), each run once. A report that is missing or cannot be read is no
 * evidence and no failure: its controls keep the run that is on record.
 */
export const recordEvidence = async ({ ownerUrl, progress, directory = REPORTS }: EvidenceParts): Promise<void> => {
  const reports = (await Promise.all(PROOFS.map((proof) => readReport(directory, proof)))).flatMap(
    (report) => report ?? [],
  )
  if (reports.length === 0) return
  const owner = new Client({ connectionString: ownerUrl })
  await owner.connect()
  try {
    for (const report of reports) {
      const { rowCount } = await owner.query(RECORD, [
        systemIds.next(),
        report.proof,
        report.result,
        report.finishedAt,
        report.graph,
        report.summary,
      ])
      if (rowCount === 1) progress(`Put on record: ${report.proof} ${report.result.toLowerCase()}`)
    }
  } finally {
    await owner.end()
  }
}

const RECORD = `
  INSERT INTO iam.control_evidence (id, proof, result, finished_at, graph, summary) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (proof, finished_at) DO NOTHING`

const readReport = async (directory: string, proof: string): Promise<ProofReport | undefined> => {
  const text = await readFile(join(directory, `${proof}.json`), 'utf8').catch(() => undefined)
  const parsed = proofReportSchema.safeParse(parsedJson(text))
  return parsed.success && parsed.data.proof === proof ? parsed.data : undefined
}

const parsedJson = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
