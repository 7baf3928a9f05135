import { composeServices } from '@apollo/composition'
import { parse, type DocumentNode } from 'graphql'
import { isWarning, lintSubgraphs, lintSupergraph, type Conventions, type Finding } from './lint.ts'
import { withCommonNames } from './scope-header.ts'
import { err, ok, type Result } from '../platform/result/result.ts'

export interface ComposedGraph {
  readonly sdl: string
  readonly warnings: readonly Finding[]
}

/** Where a subgraph listens unless somebody says otherwise; in the compose file it does. */
const defaultUrl = (name: string): string => `http://${name}:4001/graphql`

/** The coordinate that a message of the composition is about: it quotes it, or names it in running text. */
const coordinateIn = (message: string, subgraphs: ReadonlyMap<string, DocumentNode>): string => {
  const types = new Set(
    [...subgraphs.values()].flatMap(({ definitions }) =>
      definitions.flatMap((node) => ('fields' in node || 'values' in node || 'types' in node ? [node.name.value] : [])),
    ),
  )
  const candidates = message.match(/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?(?:\([A-Za-z_]\w*:\))?/g) ?? []
  const known = candidates.filter((candidate) => types.has(candidate.split(/[.(]/)[0] ?? ''))
  return known.find((candidate) => candidate.includes('.')) ?? known[0] ?? 'schema'
}

const compose = (
  subgraphs: ReadonlyMap<string, DocumentNode>,
  urlOf: (name: string) => string,
): Result<string, readonly string[]> => {
  try {
    const services = [...withCommonNames(subgraphs)].map(([name, typeDefs]) => ({ name, url: urlOf(name), typeDefs }))
    const composed = composeServices(services)
    return composed.supergraphSdl === undefined
      ? err(composed.errors.map(({ message }) => message))
      : ok(composed.supergraphSdl)
  } catch (error) {
    // Composition throws at some graphs that it does not expect.
    return err([error instanceof Error ? error.message : String(error)])
  }
}

/** Lints, composes, and lints what came out. The supergraph's SDL, or everything that is wrong. */
export const composeGraph = (
  subgraphs: ReadonlyMap<string, DocumentNode>,
  conventions: Conventions,
  urls: ReadonlyMap<string, string> = new Map(),
): Result<ComposedGraph, readonly Finding[]> => {
  const before = lintSubgraphs(subgraphs, conventions)
  if (!before.every(isWarning)) return err(before)
  const composed = compose(subgraphs, (name) => urls.get(name) ?? defaultUrl(name))
  if (!composed.ok) {
    const failed = composed.error.map((message): Finding => {
      return { coordinate: coordinateIn(message, subgraphs), rule: 'composition-failed', message }
    })
    return err([...before, ...failed])
  }
  const after = lintSupergraph(parse(composed.value), subgraphs)
  return after.length > 0 ? err([...before, ...after]) : ok({ sdl: `${composed.value}\n`, warnings: before })
}
