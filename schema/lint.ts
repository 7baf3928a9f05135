import { lintAdditions } from './lint/additions.ts'
import type { DocumentNode } from 'graphql'
import { lintConnections } from './lint/connections.ts'
import { lintAudited } from './lint/audited.ts'
import { lintBackDoors } from './lint/back-doors.ts'
import { lintAgreement, lintNothingLost } from './lint/composition.ts'
import { lintCoverage, lintMultiplicity, lintPlaces } from './lint/coverage.ts'
import { lintCrossScope } from './lint/cross-scope.ts'
import { lintDescriptions } from './lint/descriptions.ts'
import type { Finding } from './lint/finding.ts'
import { viewGraph, type GraphView } from './lint/graph-view.ts'
import { lintComposed, lintIdentity } from './lint/identity.ts'
import { lintInterfaceObjects } from './lint/interface-objects.ts'
import { lintKeyed } from './lint/keyed.ts'
import { lintKeys } from './lint/keys.ts'
import { mergeGraphs, type MergedGraph } from './lint/merged-graph.ts'
import { lintPublic, lintReasons } from './lint/reasons.ts'
import { lintScopePaths } from './lint/scope-paths.ts'
import { lintCapabilities, lintCommonCapabilities, lintNullability } from './lint/scopes.ts'
import { lintDeprecations, lintNaming } from './lint/naming.ts'
import { lintPayloads } from './lint/payloads.ts'
import { lintTwins } from './lint/twins.ts'

export { isWarning, printFinding, type Finding } from './lint/finding.ts'

type Check = (view: GraphView, graph: MergedGraph) => readonly Finding[]

/** What holds for any graph that uses the family, subgraph or supergraph. */
const SCOPE_CHECKS: readonly Check[] = [
  lintCoverage,
  lintMultiplicity,
  lintPlaces,
  lintCapabilities,
  lintScopePaths,
  lintNullability,
  lintReasons,
  lintAdditions,
  lintPublic,
  lintKeys,
  lintIdentity,
  lintBackDoors,
  lintCrossScope,
]

/** What this product asks of its own graph besides. */
const PRODUCT_CHECKS: readonly Check[] = [
  lintAudited,
  lintKeyed,
  lintPayloads,
  lintConnections,
  lintNaming,
  lintDeprecations,
  lintDescriptions,
]

/** Whose conventions a graph follows: this product's own, or another's, which needs the scope rules alone. */
export type Conventions = 'product' | 'foreign'

const run = (checks: readonly Check[], views: Iterable<GraphView>, graph: MergedGraph): readonly Finding[] =>
  [...views].flatMap((view) => checks.flatMap((check) => check(view, graph)))

/** Says which of several subgraphs a finding is about, for whoever looks for the file. */
const naming =
  (subgraph: string, { size }: ReadonlyMap<string, unknown>) =>
  (finding: Finding): Finding =>
    size > 1 ? { ...finding, message: `${finding.message} (subgraph ${subgraph})` } : finding

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values(),
]

const viewAll = (subgraphs: ReadonlyMap<string, DocumentNode>): ReadonlyMap<string, GraphView> =>
  new Map([...subgraphs].map(([name, document]) => [name, viewGraph(document)]))

/** Lints subgraphs before they are composed. The graph may be composed when nothing but warnings is found. */
export const lintSubgraphs = (
  subgraphs: ReadonlyMap<string, DocumentNode>,
  conventions: Conventions,
): readonly Finding[] => {
  const views = viewAll(subgraphs)
  const graph = mergeGraphs(views.values())
  const checks = [...SCOPE_CHECKS, lintComposed, ...(conventions === 'product' ? PRODUCT_CHECKS : [])]
  return unique([
    ...[...views].flatMap(([name, view]) => run(checks, [view], graph).map(naming(name, views))),
    ...lintCommonCapabilities(views),
    ...lintAgreement(views),
    ...lintTwins(views.values(), graph),
  ])
}

/**
 * Lints a composed supergraph, against its subgraphs where they are at hand. Finds no warnings: those are about how a
 * subgraph is written.
 */
export const lintSupergraph = (
  supergraph: DocumentNode,
  subgraphs: ReadonlyMap<string, DocumentNode> = new Map(),
): readonly Finding[] => {
  const view = viewGraph(supergraph)
  return unique([
    ...run([...SCOPE_CHECKS, lintInterfaceObjects], [view], mergeGraphs([view])),
    ...lintNothingLost(viewAll(subgraphs), view),
  ])
}
