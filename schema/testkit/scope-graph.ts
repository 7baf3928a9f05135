import { parse, print, type DocumentNode } from 'graphql'
import { FAMILY, SCOPE_DEFINITIONS, SCOPE_URL } from '../../directives/definitions.ts'
import { composeGraph } from '../compose-graph.ts'
import { lintSubgraphs, lintSupergraph, printFinding, type Finding } from '../lint.ts'

const FEDERATION_NAMES = ['key', 'composeDirective', 'interfaceObject', 'shareable', 'external', 'requires', 'provides']
const MORE_FEDERATION_NAMES = ['override', 'inaccessible', 'context', 'fromContext']

const quoted = (names: readonly string[]): string => names.map((name) => `"@${name}"`).join(', ')

/** The link of federation with everything imported. */
export const FEDERATION = `@link(url: "https://specs.apollo.dev/federation/v2.9", import: [${quoted([...FEDERATION_NAMES, ...MORE_FEDERATION_NAMES])}])`

export const SCOPE_IMPORTS = quoted(FAMILY)
export const COMPOSED = FAMILY.map((name) => `@composeDirective(name: "@${name}")`).join(' ')

/** The header of a subgraph that imports the whole family, its definitions, and a `Capability` enum. */
export const HEADER = `
  extend schema ${FEDERATION} @link(url: "${SCOPE_URL}", import: [${SCOPE_IMPORTS}]) ${COMPOSED}
  enum Capability { READ WRITE }
  ${print(SCOPE_DEFINITIONS)}
`

/** Subgraphs by name, each with the header unless it has one of its own. */
export const subgraphsOf = (types: Readonly<Record<string, string>>): ReadonlyMap<string, DocumentNode> =>
  new Map(
    Object.entries(types).map(([name, sdl]) => [name, parse(/^\s*(extend )?schema /.test(sdl) ? sdl : HEADER + sdl)]),
  )

const brief = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ coordinate, rule }) => `${coordinate} ${rule}`)

/** What lint finds in subgraphs of another product: `coordinate rule`. */
export const found = (types: Readonly<Record<string, string>>): readonly string[] =>
  brief(lintSubgraphs(subgraphsOf(types), 'foreign'))

/** What lint finds in a supergraph alone, as a gateway does. */
export const foundInSupergraph = (sdl: string): readonly string[] => brief(lintSupergraph(parse(sdl)))

/** The supergraph of clean subgraphs. Fails with the findings. */
export const composed = (types: Readonly<Record<string, string>>): string => {
  const outcome = composeGraph(subgraphsOf(types), 'foreign')
  if (!outcome.ok) throw new Error(outcome.error.map(printFinding).join('\n'))
  return outcome.value.sdl
}
