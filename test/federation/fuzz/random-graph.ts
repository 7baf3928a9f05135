import { randomOf, type Random } from '../../testkit/random-graph/random.ts'
import type { Topic } from '../stage/topic.ts'
import {
  contextFields,
  contextsOf,
  contextValues,
  randomContexts,
  toldIn,
  type RandomContext,
} from './random-contexts.ts'
import { randomItems, type RandomItems } from './random-items.ts'
import type { Arguments, Thing, Universe, View } from '../stage/universe.ts'

type Leaf = 'Int' | 'String' | 'Boolean' | 'Kind'
const LEAVES: readonly Leaf[] = ['Int', 'String', 'Boolean', 'Kind']
const WRAPPINGS = ['@', '@', '@!', '[@]', '[@!]!', '[@!]', '[[@]]'] as const
const SUBGRAPHS = ['a', 'b', 'c'] as const
const TYPES = ['T0', 'T1', 'T2'] as const

interface RandomField {
  readonly name: string
  readonly owner: string
  /** A leaf, an entity, `Node`, `Any` or `Value`. */
  readonly of: string
  readonly type: string
  /** Fields of other subgraphs that it is computed from. */
  readonly requires?: readonly string[]
}

interface RandomType {
  readonly name: string
  readonly fields: readonly RandomField[]
}

/**
 * A supergraph of three subgraphs and its data, the same for the same seed: entities whose fields are spread over the
 * subgraphs, an interface, a union, a value type; nulls, errors and values of wrong types among the data.
 */
export const randomGraph = (seed: number): Omit<Topic, 'cases'> => {
  const random = randomOf(seed)
  const types = TYPES.map((name) => ({ name, fields: fieldsOf(random, name) }))
  const roots = rootsOf(random)
  const contexts = randomContexts(random, TYPES, SUBGRAPHS)
  const items = randomItems(random, SUBGRAPHS)
  return {
    name: `seed ${seed.toString()}`,
    subgraphs: Object.fromEntries(
      SUBGRAPHS.map((name) => [name, withItems(sdlOf(name, types, roots, contexts), items.sdl(name))]),
    ),
    universe: () => {
      const { Query, entities = [], ...rest } = universeOf(randomOf(seed + 1), types, roots, contexts)
      return { ...rest, Query: { ...Query, ...items.roots }, entities: [...entities, ...items.entities] }
    },
  }
}

const TARGETS = [...TYPES, 'Node', 'Any', 'Value']

const fieldsOf = (random: Random, type: string): readonly RandomField[] => {
  const fields: RandomField[] = []
  for (let index = 0; index < 7; index++) {
    const owner = random.pick(SUBGRAPHS)
    const of = index % 2 === 0 ? random.pick(LEAVES) : random.pick(TARGETS)
    fields.push({ name: `${type.toLowerCase()}f${index.toString()}`, owner, of, type: wrapped(random, of) })
  }
  return [...fields, ...chainOf(random, type.toLowerCase())]
}

/** A field that one of another subgraph is computed from, and so on: the way may lead back into subgraphs it has left. */
const chainOf = (random: Random, type: string): readonly RandomField[] => {
  const chain: RandomField[] = []
  for (let index = 0; index < 5; index++) {
    const [before, ...earlier] = chain.toReversed()
    const owner = random.pick(SUBGRAPHS.filter((name) => name !== before?.owner))
    const more = earlier.filter((link) => link.owner !== owner && random.chance(0.2))
    const requires = [...(before ? [before] : []), ...more].map(({ name }) => name)
    chain.push({ name: `${type}link${index.toString()}`, owner, of: 'Int', type: 'Int', ...(before && { requires }) })
  }
  return chain
}

const rootsOf = (random: Random): readonly RandomField[] =>
  SUBGRAPHS.flatMap((owner) =>
    [0, 1].map((index) => {
      const of = random.pick(TARGETS)
      return { name: `${owner}${index.toString()}`, owner, of, type: wrapped(random, of).replace(/!$/, '') }
    }),
  )

const wrapped = (random: Random, of: string): string => random.pick(WRAPPINGS).replace('@', of)

const sdlOf = (
  subgraph: string,
  types: readonly RandomType[],
  roots: readonly RandomField[],
  contexts: readonly RandomContext[],
): string => {
  const setting = (type: string): string => contextsOf(contexts, subgraph, type)
  const told = (type: string): string => contextFields(contexts, subgraph, type)
  const own = (fields: readonly RandomField[]): string => {
    const owned = fields.filter(({ owner }) => owner === subgraph)
    const external = new Set(owned.flatMap(({ requires = [] }) => requires))
    return [
      ...[...external].map((name) => `${name}: Int @external`),
      ...owned.map(({ name, type, requires }) =>
        requires === undefined ? `${name}: ${type}` : `${name}: ${type} @requires(fields: "${requires.join(' ')}")`,
      ),
    ].join(' ')
  }
  return `
    type Query ${setting('Query')} { ${own(roots)} ${told('Query')} }
    interface Node { id: ID! }
    union Any = ${TYPES.join(' | ')}
    enum Kind { ONE TWO }
    type Value @shareable { no: Int word: String! node: Node }
    ${types.map(({ name, fields }) => `type ${name} implements Node @key(fields: "id") ${setting(name)} { id: ID! ${own(fields)} ${told(name)} }`).join('\n')}`
}

const withItems = (sdl: string, items: ReturnType<RandomItems['sdl']>): string =>
  `${sdl} extend type Query { ${items.roots} } ${items.types}`

const universeOf = (
  random: Random,
  types: readonly RandomType[],
  roots: readonly RandomField[],
  contexts: readonly RandomContext[],
): Universe => {
  const entities: Record<string, unknown>[] = types.flatMap(({ name }) =>
    [0, 1].map((index) => ({ __typename: name, id: `${name}-${index.toString()}` })),
  )
  const value = (field: RandomField): unknown => valueOf(random, field.type, entities)
  for (const entity of entities) {
    const type = types.find(({ name }) => name === entity['__typename'])
    for (const field of type?.fields ?? []) {
      const { name, requires } = field
      if (requires !== undefined)
        entity[name] = (_: Arguments, view: View) => requires.reduce((sum, one) => sum + view.number(one), 1)
      // What others are computed from is always there.
      else entity[name] = name.endsWith('link0') ? random.int(100) : value(field)
    }
  }
  const Query: Thing = Object.fromEntries(roots.map((field) => [field.name, value(field)]))
  for (const entity of entities)
    Object.assign(entity, contextValues(random, contexts, String(entity['__typename']), entities))
  return { Query: { ...Query, ...contextValues(random, contexts, 'Query') }, entities, told: toldIn(contexts) }
}

const valueOf = (random: Random, type: string, entities: readonly object[]): unknown => {
  if (type.endsWith('!')) return random.chance(0.04) ? null : valueOf(random, type.slice(0, -1), entities)
  if (random.chance(0.1)) return null
  if (random.chance(0.04)) return new Error('boom')
  if (type.startsWith('[')) {
    if (random.chance(0.02)) return 'no list'
    return Array.from({ length: random.int(4) }, () => valueOf(random, type.slice(1, -1), entities))
  }
  switch (type) {
    case 'Int':
      return random.chance(0.05) ? 'no number' : random.int(1000)
    case 'String':
      return random.chance(0.05) ? { no: 'text' } : `text ${random.int(9).toString()}`
    case 'Boolean':
      return random.chance(0.05) ? 'no boolean' : random.chance(0.5)
    case 'Kind':
      return random.chance(0.05) ? 'THREE' : random.pick(['ONE', 'TWO'])
    case 'Value':
      return {
        no: valueOf(random, 'Int', entities),
        word: valueOf(random, 'String!', entities),
        node: random.pick(entities),
      }
    case 'Node':
    case 'Any':
      return random.pick(entities)
    default:
      return random.pick(entities.filter((entity) => '__typename' in entity && entity.__typename === type))
  }
}
