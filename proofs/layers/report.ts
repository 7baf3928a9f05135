import { standingText } from './layers.ts'
import { runLayers, type LayerResult } from './run.ts'
import type { ProofReport } from '../report/report.ts'
import { productSupergraph } from '../stage/stage.ts'

/** Any layer that stands must deny everything; with none of them everything must be reached, or the suite is blind. */
export const layersReport = (results: readonly LayerResult[], supergraph: string): ProofReport => {
  const findings = results.flatMap(({ standing, denied, reached }) =>
    standing.size > 0
      ? reached.map(
          (coordinate) =>
            `${coordinate} reaches another organization with these layers left: ${standingText(standing)}`,
        )
      : denied.map(
          (coordinate) => `${coordinate} is denied although no layer is left: the suite could not see it leak`,
        ),
  )
  const intrusions = (results[0]?.denied.length ?? 0) + (results[0]?.reached.length ?? 0)
  return {
    name: 'layers',
    claim:
      'Foreign reads and writes are denied by whichever layers are left, down to each one alone; without any of them they succeed.',
    holds: findings.length === 0,
    supergraph,
    summary: `${intrusions.toString()} foreign reads and writes against ${results.length.toString()} sets of layers: ${findings.length.toString()} not as they must be`,
    figures: { 'foreign reads and writes': intrusions, 'sets of layers': results.length, wrong: findings.length },
    findings,
    limits: [
      'L2 off lets every call pass with a grant of the caller’s own project, or, with L3 off, of the project that the id names.',
      'L3 off builds repositories for the project that the id names, on a connection that is the caller’s.',
      'L4 off takes row-level security and foreign keys away; the primary keys stay.',
    ],
    tables: [
      {
        title: 'Sets of layers',
        columns: ['layers left', 'denied', 'reached'],
        rows: results.map(({ standing, denied, reached }) => [
          standingText(standing),
          denied.length,
          reached.join(', ') || 'nothing',
        ]),
      },
    ],
  }
}

export const proveLayers = async (): Promise<ProofReport> => layersReport(await runLayers(), await productSupergraph())
