import type { Cell } from './cell.ts'
import { runMatrix, type MatrixResult } from './run.ts'
import { readGraph } from '../model/read-graph.ts'
import type { ProofReport } from '../report/report.ts'
import { productSupergraph, startStage } from '../stage/stage.ts'

const isWrong = ({ verdict }: Cell): boolean => verdict !== 'as expected'

const sentence = ({ verdict, coordinate, door, caller, expected, got }: Cell): string =>
  `${coordinate} at the ${door}, as ${caller}: ${verdict}: expected ${expected}, got ${got}`

const count = (cells: readonly Cell[], ...verdicts: readonly Cell['verdict'][]): number =>
  cells.filter(({ verdict }) => verdicts.includes(verdict)).length

/** By coordinate and door: who was sent, and what became of it. */
const overview = (cells: readonly Cell[]) =>
  [...Map.groupBy(cells, ({ coordinate, door }) => `${coordinate}\n${door}`)].map(([key, group]) => {
    const [coordinate = '', door = ''] = key.split('\n')
    const allowed = group.filter(({ got }) => got === 'ALLOW').map(({ caller }) => caller)
    const denied = Map.groupBy(
      group.filter(({ got }) => got !== 'ALLOW'),
      ({ got }) => got,
    )
    const denials = [...denied].map(([code, of]) => `${code}: ${of.map(({ caller }) => caller).join(', ')}`)
    return [
      coordinate,
      door,
      allowed.join(', '),
      denials.join(' · '),
      count(group, 'as expected') === group.length ? 'as expected' : 'WRONG',
    ]
  })

export const matrixReport = (
  { cells, untested, coordinates, missingKinds }: MatrixResult,
  supergraph: string,
): ProofReport => {
  const wrong = cells.filter(isWrong)
  const figures = {
    'root fields': coordinates.root,
    'entity keys (of each subgraph)': coordinates.entity,
    'guarded fields': coordinates.field,
    cases: cells.length,
    'unexpected allows': count(cells, 'unexpected allow'),
    'unexpected denials': count(cells, 'unexpected denial'),
    'unexpected codes': count(cells, 'unexpected code'),
    'denied mutations that wrote': count(cells, 'denied, and something was written'),
    'untested coordinates': untested.length,
    'kinds of callers that nobody was sent as': missingKinds.length,
  }
  const findings = [
    ...wrong.map(sentence),
    ...untested.map(({ coordinate, why }) => `${coordinate}: untested: ${why}`),
    ...missingKinds.map((kind) => `nobody was sent as: ${kind}`),
  ]
  return {
    name: 'matrix',
    claim:
      'Every root field, entity key and guarded field answers every kind of caller as an independent reading of the rules says, through the gateway and straight at each subgraph; a denied mutation leaves nothing written.',
    holds: findings.length === 0,
    supergraph,
    summary: `${cells.length.toString()} cases of ${String(coordinates.root)} root fields, ${String(coordinates.entity)} entity keys and ${String(coordinates.field)} guarded fields: ${String(figures['unexpected allows'])} unexpected allows, ${String(figures['unexpected denials'])} unexpected denials, ${String(untested.length)} untested${missingKinds.length > 0 ? `, ${String(missingKinds.length)} kinds of callers missing` : ''}`,
    figures,
    findings,
    limits: [
      'The model reads the same directives: that the right rule stands on a coordinate is for its author and reviewer.',
      'Each coordinate is asked with one thing of each kind; that no argument reaches further is shown by sameness, layers and the repositories’ tests.',
    ],
    tables: [
      { title: 'Wrong', columns: ['finding'], rows: findings.map((finding) => [finding]) },
      { title: 'Every coordinate', columns: ['coordinate', 'door', 'allowed', 'denied', ''], rows: overview(cells) },
    ],
  }
}

/** The whole proof on a world of its own. */
export const proveMatrix = async (): Promise<ProofReport> => {
  const supergraph = await productSupergraph()
  const stage = await startStage()
  try {
    return matrixReport(await runMatrix(stage, { graph: readGraph(supergraph) }), supergraph)
  } finally {
    await stage.stop()
  }
}
