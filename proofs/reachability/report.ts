import { walkGraph } from './walk.ts'
import { readGraph } from '../model/read-graph.ts'
import type { ProofReport } from '../report/report.ts'

/** Proves a supergraph, by its text alone. One that does not link the family promises nothing, and fails. */
export const reachabilityReport = (supergraph: string): ProofReport => {
  const graph = readGraph(supergraph)
  const { open, roots, coordinates, owned } = walkGraph(graph)
  const findings = graph.usesScopes
    ? open.map(({ path, why }) => `${path.join(' → ')}: ${why}`)
    : ['the supergraph does not link https://specs.gpuaas.dev/scope: nothing in it is guarded']
  return {
    name: 'reachability',
    claim: 'Every path from a root field or an entity key to what a project owns passes a rule of a project.',
    holds: findings.length === 0,
    supergraph,
    summary: `${roots.toString()} roots reach ${coordinates.toString()} coordinates, ${owned.toString()} of them a project’s: ${findings.length.toString()} open paths`,
    figures: { roots, coordinates, 'coordinates of projects': owned, 'open paths': findings.length },
    findings,
    limits: [
      'It reads the rules, and shows that they are met on every path; that they are applied is shown by the matrix.',
      'A value type (no id, no key) is whose the field is that returns it.',
    ],
    tables: [
      {
        title: 'Open paths',
        columns: ['path', 'why'],
        rows: open.map(({ path, why }) => [path.join(' → '), why]),
      },
    ],
  }
}
