import type { ConstDirectiveNode, DocumentNode } from 'graphql'
import { directiveSites } from '../../../directives/directive-sites.ts'
import { argumentsOf, readLinks } from '../../../directives/links.ts'

/** What `@listSize` says of a field (https://specs.apollo.dev/cost/v0.1). */
export interface ListSize {
  /** How many items there are where no argument says it. */
  readonly assumed: number | undefined
  /** The arguments that say how many items are asked for; the largest counts. */
  readonly slicing: readonly string[]
  /** The fields of the returned object that hold the items; empty where the field itself is the list. */
  readonly sized: readonly string[]
}

/** What a supergraph says about costs. Coordinates: `Type` and `Type.field`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>
  readonly listSizes: ReadonlyMap<string, ListSize>
}

const COST_IDENTITY = 'https://specs.apollo.dev/cost'

interface Names {
  readonly cost: ReadonlySet<string>
  readonly listSize: ReadonlySet<string>
}

/** The names that a supergraph gives the two directives. */
const namesIn = (supergraph: DocumentNode): Names => {
  const links = readLinks(supergraph).filter(({ identity }) => identity === COST_IDENTITY)
  const imported = (name: string): readonly string[] =>
    links.flatMap(({ imports }) => imports.get(`@${name}`)?.slice(1) ?? [])
  // The directive that has its specification's name needs no prefix.
  return {
    cost: new Set([...imported('cost'), ...links.map(({ namespace }) => namespace)]),
    listSize: new Set([...imported('listSize'), ...links.map(({ namespace }) => `${namespace}__listSize`)]),
  }
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

const listSizeOf = (directive: ConstDirectiveNode): ListSize => {
  const values = argumentsOf(directive)
  const assumed = values.get('assumedSize')
  return {
    assumed: typeof assumed === 'number' ? assumed : undefined,
    slicing: texts(values.get('slicingArguments')),
    sized: texts(values.get('sizedFields')),
  }
}

/** Reads `@cost` and `@listSize` from a supergraph, under whatever names it links them. */
export const readCostDirectives = (supergraph: DocumentNode): CostDirectives => {
  const names = namesIn(supergraph)
  const weights = new Map<string, number>()
  const listSizes = new Map<string, ListSize>()
  if (names.cost.size === 0) return { weights, listSizes }
  for (const { coordinate, directives } of directiveSites(supergraph)) {
    for (const directive of directives) {
      const weight = names.cost.has(directive.name.value) ? argumentsOf(directive).get('weight') : undefined
      if (typeof weight === 'number') weights.set(coordinate, weight)
      if (names.listSize.has(directive.name.value)) listSizes.set(coordinate, listSizeOf(directive))
    }
  }
  return { weights, listSizes }
}
