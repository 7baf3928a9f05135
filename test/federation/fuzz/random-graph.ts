import { randomOf, type Random } from '../../testkit/random-graph/random.ts'
import type { Topic } from '../stage/topic.ts'
import type { Arguments, Thing, View } from '../stage/universe.ts'

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
  /** A field of another subgraph that it is computed from. */
  readonly requires?: string
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
  return {
    name: `seed ${seed.toString()}`,
    subgraphs: Object.fromEntries(SUBGRAPHS.map((name) => [name, sdlOf(name, types, roots)])),
    universe: () => universeOf(randomOf(seed + 1), types, roots),
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
  const owner = random.pick(SUBGRAPHS)
  const source = { name: `${type.toLowerCase()}source`, owner, of: 'Int', type: 'Int' }
  const other = random.pick(SUBGRAPHS.filter((name) => name !== owner))
  return [
    ...fields,
    source,
    { name: `${type.toLowerCase()}sum`, owner: other, of: 'Int', type: 'Int', requires: source.name },
  ]
}

const rootsOf = (random: Random): readonly RandomField[] =>
  SUBGRAPHS.flatMap((owner) =>
    [0, 1].map((index) => {
      const of = random.pick(TARGETS)
      return { name: `${owner}${index.toString()}`, owner, of, type: wrapped(random, of).replace(/!$/, '') }
    }),
  )

const wrapped = (random: Random, of: string): string => random.pick(WRAPPINGS).replace('@', of)

const sdlOf = (subgraph: string, types: readonly RandomType[], roots: readonly RandomField[]): string => {
  const own = (fields: readonly RandomField[]): string =>
    fields
      .filter(({ owner }) => owner === subgraph)
      .map(({ name, type, requires }) =>
        requires === undefined
          ? `${name}: ${type}`
          : `${requires}: Int @external ${name}: ${type} @requires(fields: "${requires}")`,
      )
      .join(' ')
  return `
    type Query { ${own(roots)} }
    interface Node { id: ID! }
    union Any = ${TYPES.join(' | ')}
    enum Kind { ONE TWO }
    type Value @shareable { no: Int word: String! node: Node }
    ${types.map(({ name, fields }) => `type ${name} implements Node @key(fields: "id") { id: ID! ${own(fields)} }`).join('\n')}`
}

const universeOf = (random: Random, types: readonly RandomType[], roots: readonly RandomField[]) => {
  const entities: Record<string, unknown>[] = types.flatMap(({ name }) =>
    [0, 1].map((index) => ({ __typename: name, id: `${name}-${index.toString()}` })),
  )
  const value = (field: RandomField): unknown => valueOf(random, field.type, entities)
  for (const entity of entities) {
    const type = types.find(({ name }) => name === entity['__typename'])
    for (const field of type?.fields ?? []) {
      const { requires } = field
      entity[field.name] =
        requires === undefined ? value(field) : (_: Arguments, view: View) => view.number(requires) + 1
    }
    const source = `${String(entity['__typename']).toLowerCase()}source`
    entity[source] = random.int(100) // what others are computed from is always there
  }
  const Query: Thing = Object.fromEntries(roots.map((field) => [field.name, value(field)]))
  return { Query, entities }
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
