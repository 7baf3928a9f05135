import type { Random } from '../../testkit/random-graph/random.ts'
import type { Arguments, Thing, Told } from '../stage/universe.ts'

/** A context of one subgraph, and the fields of entities that are told of it there. */
export interface RandomContext {
  readonly name: string
  readonly graph: string
  /** By the types that set it: the field that is told of each, and the subgraph that has it. */
  readonly says: readonly { readonly type: string; readonly field: string; readonly owner: string }[]
  /** Each a number, or one of the entities of a type. */
  readonly told: readonly { readonly type: string; readonly field: string; readonly of: string }[]
}

/** Two contexts of one subgraph, so that one object is told of both; the root sets each where nothing else does. */
export const randomContexts = (
  random: Random,
  types: readonly string[],
  subgraphs: readonly string[],
): readonly RandomContext[] => {
  const graph = random.pick(subgraphs)
  return ['c', 'd'].map((name) => ({
    name,
    graph,
    says: [
      { type: 'Query', field: `${name}says`, owner: graph },
      ...types
        .filter(() => random.chance(0.5))
        .map((type) => ({ type, field: `${type.toLowerCase()}${name}says`, owner: random.pick(subgraphs) })),
    ],
    told: types.flatMap((type, index) => [
      ...(index === 0 || random.chance(0.6) ? [{ type, field: `${type.toLowerCase()}${name}told`, of: 'Int' }] : []),
      ...(random.chance(0.4) ? [{ type, field: `${type.toLowerCase()}${name}next`, of: random.pick(types) }] : []),
    ]),
  }))
}

/** What a subgraph has of them: the fields of a type, and the directives of one that sets any. */
export const contextFields = (contexts: readonly RandomContext[], subgraph: string, type: string): string =>
  contexts
    .flatMap(({ name, graph, says, told }) => [
      ...says
        .filter((one) => one.type === type)
        .flatMap(({ field, owner }) => {
          if (owner === subgraph) return [`${field}: Int`]
          return graph === subgraph ? [`${field}: Int @external`] : []
        }),
      ...told
        .filter((one) => one.type === type && graph === subgraph)
        .map(({ field, of }) => {
          const selections = says.map((one) => `... on ${one.type} { ${one.field} }`).join(' ')
          return `${field}(n: Int = 0, from: Int @fromContext(field: "$${name} ${selections}")): ${of}`
        }),
    ])
    .join(' ')

export const contextsOf = (contexts: readonly RandomContext[], subgraph: string, type: string): string =>
  contexts
    .filter(({ graph, says }) => graph === subgraph && says.some((one) => one.type === type))
    .map(({ name }) => `@context(name: "${name}")`)
    .join(' ')

/** What an object of a type says and makes of what it is told: always something. */
export const contextValues = (
  random: Random,
  contexts: readonly RandomContext[],
  type: string,
  entities: readonly Thing[] = [],
): object =>
  Object.fromEntries<unknown>(
    contexts.flatMap(({ says, told }) => [
      ...says.filter((one) => one.type === type).map(({ field }) => [field, random.int(100)] as const),
      ...told
        .filter((one) => one.type === type)
        .map(({ field, of }) => {
          const own = entities.filter(({ __typename }) => __typename === of)
          const value = ({ from, n }: Arguments): unknown =>
            of === 'Int' ? 1000 * Number(from) + Number(n ?? -1) : own[Number(from) % own.length]
          return [field, value] as const
        }),
    ]),
  )

/** By coordinate, for one server. */
export const toldIn = (contexts: readonly RandomContext[]): Readonly<Record<string, Told>> =>
  Object.fromEntries(
    contexts.flatMap(({ says, told }) =>
      told.map(({ type, field }) => [
        `${type}.${field}`,
        { argument: 'from', says: Object.fromEntries(says.map((one) => [one.type, one.field])) },
      ]),
    ),
  )
