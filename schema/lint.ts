import type { DocumentNode } from 'graphql'
import { lintAgreement, lintNothingLost } from './lint/composition.ts'
import { lintCoverage, lintInterfaces, lintMultiplicity } from './lint/coverage.ts'
import { lintDescriptions } from './lint/descriptions.ts'
import { lintAudited, lintKeys, lintPublic } from './lint/duties.ts'
import type { Finding } from './lint/finding.ts'
import { viewGraph, type GraphView } from './lint/graph-view.ts'
import { lintComposed, lintIdentity } from './lint/identity.ts'
import { lintCapabilities, lintNullability, lintScopePaths } from './lint/scopes.ts'

export { printFinding, type Finding } from './lint/finding.ts'

type Check = (view: GraphView) => readonly Finding[]

/** What holds for any graph that uses the family, subgraph or supergraph. */
const SCOPE_CHECKS: readonly Check[] = [
  lintCoverage,
  lintMultiplicity,
  lintInterfaces,
  lintCapabilities,
  lintScopePaths,
  lintNullability,
  lintPublic,
  lintKeys,
  lintIdentity,
]

/** What this product asks of its own graph besides. */
const PRODUCT_CHECKS: readonly Check[] = [lintAudited, lintDescriptions]

/** Whose conventions a graph follows: this product's own, or another's, which needs the scope rules alone. */
export type Conventions = 'product' | 'foreign'

const run = (checks: readonly Check[], view: GraphView): readonly Finding[] => checks.flatMap((check) => check(view))

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values(),
]

/** Lints subgraphs before they are composed. Empty when the graph may be composed. */
export const lintSubgraphs = (
  subgraphs: ReadonlyMap<string, DocumentNode>,
  conventions: Conventions,
): readonly Finding[] => {
  const views = new Map([...subgraphs].map(([name, document]) => [name, viewGraph(document)]))
  const checks = [...SCOPE_CHECKS, lintComposed, ...(conventions === 'product' ? PRODUCT_CHECKS : [])]
  return unique([...[...views.values()].flatMap((view) => run(checks, view)), ...lintAgreement(views)])
}

/** Lints a composed supergraph, against its subgraphs where they are at hand. */
export const lintSupergraph = (
  supergraph: DocumentNode,
  subgraphs: ReadonlyMap<string, DocumentNode> = new Map(),
): readonly Finding[] => {
  const view = viewGraph(supergraph)
  const views = new Map([...subgraphs].map(([name, document]) => [name, viewGraph(document)]))
  return unique([...run(SCOPE_CHECKS, view), ...lintNothingLost(views, view)])
}
