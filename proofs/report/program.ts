import { createHash } from 'node:crypto'
import type { ProofReport, WrittenReport } from './report.ts'
import { writeReport } from './write.ts'
import globalSetup from '../../test/testkit/global-setup.ts'
import globalTeardown from '../../test/testkit/global-teardown.ts'

const MOST_FINDINGS = 40

/**
 * Runs one proof as a command: its report is written, its findings and one summary line are printed, and the exit
 * code is 1 when it does not hold, 2 when it could not be made.
 */
export const proofProgram = async (
  prove: () => Promise<ProofReport>,
  record: 'write report' | 'print only' = 'write report',
): Promise<void> => {
  const startedAt = new Date()
  try {
    const { supergraph, ...report } = await prove()
    const finishedAt = new Date()
    const seconds = (finishedAt.getTime() - startedAt.getTime()) / 1000
    const written: WrittenReport = {
      proof: report.name,
      result: report.holds ? 'PASSED' : 'FAILED',
      finishedAt: finishedAt.toISOString(),
      ...{ graph: createHash('sha256').update(supergraph).digest('hex'), summary: report.summary },
      ...{ ...report, startedAt: startedAt.toISOString(), seconds },
    }
    if (record === 'write report') await writeReport(written)
    for (const finding of report.findings.slice(0, MOST_FINDINGS)) console.log(finding)
    if (report.findings.length > MOST_FINDINGS) console.log(`… ${String(report.findings.length - MOST_FINDINGS)} more`)
    console.log(
      `${report.name}: ${report.holds ? 'holds' : 'FAILS'}: ${report.summary} (${seconds.toFixed(1)} s, reports/${report.name}.html)`,
    )
    process.exitCode = report.holds ? 0 : 1
  } catch (fault) {
    console.error(fault instanceof Error ? (fault.stack ?? fault.message) : fault)
    process.exitCode = 2
  }
}

/** As above, with a PostgreSQL of its own beside it: embedded, thrown away afterwards. */
export const proofOnDatabase = async (prove: () => Promise<ProofReport>): Promise<void> => {
  await globalSetup()
  try {
    await proofProgram(prove)
  } finally {
    await globalTeardown()
  }
}
