import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { reachabilityReport } from './reachability/report.ts'
import { proofProgram } from './report/program.ts'
import { productSupergraph } from './stage/stage.ts'

/** `npm run prove:reachability -- [--supergraph file]`: of this product, or of any supergraph. */
const { values } = parseArgs({ options: { supergraph: { type: 'string' } } })
const { supergraph } = values
await proofProgram(
  async () =>
    reachabilityReport(supergraph === undefined ? await productSupergraph() : await readFile(supergraph, 'utf8')),
  // The evidence of this product is not overwritten by that of another graph.
  supergraph === undefined ? 'write report' : 'print only',
)
