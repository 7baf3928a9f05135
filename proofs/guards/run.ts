import { join } from 'node:path'
import type { DocumentNode } from 'graphql'
import { databaseMutants } from './database-mutants.ts'
import { directiveMutants, type DirectiveMutant } from './directive-mutants.ts'
import type { Mutant } from './mutant.ts'
import { noticesBy } from './probe.ts'
import { tryAll } from '../layers/run.ts'
import { intrusions } from '../layers/suite.ts'
import { withoutL4 } from '../layers/switched-off.ts'
import type { Case } from '../matrix/case.ts'
import { makeCases } from '../matrix/make-cases.ts'
import type { ValueSource } from '../matrix/values.ts'
import { readGraph } from '../model/read-graph.ts'
import { arrangePrograms } from '../stage/programs.ts'
import { productSupergraph } from '../stage/stage.ts'
import { readThings } from '../stage/things.ts'
import { createWorld, type World } from '../stage/world.ts'
import { lintSubgraphs } from '../../schema/lint.ts'
import { subgraphsIn } from '../../schema/product-graph.ts'

/** All mutants, or every n-th of each kind, always the same ones. */
export type Sample = 'all' | { readonly everyNth: number }

const sampled = <T>(things: readonly T[], sample: Sample): readonly T[] =>
  sample === 'all' ? things : things.filter((_, index) => index % sample.everyNth === 0)

/**
 * `@crossScope` says that what was decided before counts no more; where the target has a rule of another kind, it never
 * did, and the target decides with or without the word.
 */
const guardsNothing = ({ coordinate, directive }: DirectiveMutant, { graph }: ValueSource): string | undefined => {
  const [owner = '', field = ''] = coordinate.split('.')
  const from = graph.types.get(owner)
  const target = graph.types.get(from?.fields.get(field)?.type ?? '')
  if (!directive.endsWith('crossScope') || target === undefined || target.rules.length === 0) return undefined
  const kinds = new Set(from?.rules.map(({ kind }) => kind))
  return target.rules.some(({ kind }) => kinds.has(kind))
    ? undefined
    : `no guard: ${target.name} decides by its own rule`
}

/** What notices a missing directive: lint, or a case of the matrix that is answered otherwise. */
const directiveNotice = async (
  mutant: DirectiveMutant,
  subgraphs: ReadonlyMap<string, DocumentNode>,
  source: ValueSource,
  cases: readonly Case[],
): Promise<string | undefined> => {
  const { subgraph, coordinate, document } = mutant
  const [finding] = lintSubgraphs(new Map([...subgraphs, [subgraph, document]]), 'product')
  if (finding !== undefined) return `lint: ${finding.rule}`
  for (const of of cases) {
    if (of.coordinate !== coordinate || of.door.kind !== 'subgraph' || of.door.name !== subgraph) continue
    if (await noticesBy(source.graph, document, of)) return `matrix: ${of.coordinate} at the subgraph ${subgraph}`
  }
  return guardsNothing(mutant, source)
}

/** By subgraph: its repositories read whatever the id names, and nothing else stands. The suite must reach something. */
const repositoryMutants = async (world: World, supergraph: string, source: ValueSource): Promise<readonly Mutant[]> => {
  const suite = intrusions(source)
  const byField = source.graph.types.get(source.graph.roots.query)?.fields
  const names = new Set(
    suite.flatMap(({ coordinate }) => byField?.get(coordinate.split('.')[1] ?? '')?.subgraphs ?? []),
  )
  const mutants: Mutant[] = []
  for (const name of names) {
    const { reached } = await tryAll(world, new Set(['L3 repository']), supergraph, suite, name)
    const noticedBy = reached[0] && `layers: ${reached.join(', ')} come through`
    mutants.push({ kind: 'scope of the repositories', name: `subgraph ${name}`, noticedBy })
  }
  return mutants
}

/** Takes each guard away by itself, and looks what notices. */
export const runGuards = async (sample: Sample): Promise<readonly Mutant[]> => {
  const supergraph = await productSupergraph()
  const world = await createWorld()
  try {
    await arrangePrograms(world.owner)
    const source: ValueSource = {
      graph: readGraph(supergraph),
      target: await readThings(world.owner, 'target'),
      neighbour: await readThings(world.owner, 'neighbour'),
      replay: new Map(),
    }
    const subgraphs = subgraphsIn(join(import.meta.dirname, '..', '..', 'subgraphs'))
    const { cases } = makeCases(source)
    const mutants: Mutant[] = []
    for (const mutant of sampled(directiveMutants(subgraphs), sample)) {
      const { subgraph, coordinate, directive } = mutant
      const name = `@${directive} of ${coordinate} in ${subgraph}`
      const noticedBy = await directiveNotice(mutant, subgraphs, source, cases)
      mutants.push({ kind: 'directive', name, noticedBy })
    }
    mutants.push(...(await databaseMutants(world.owner, (removals) => sampled(removals, sample))))
    await withoutL4(world.owner)
    mutants.push(...(await repositoryMutants(world, supergraph, source)))
    return mutants
  } finally {
    await world.drop()
  }
}
