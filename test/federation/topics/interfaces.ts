import type { Topic } from '../stage/topic.ts'

/** Interfaces of entities and of values, over types that subgraphs know in part. */
export const INTERFACES: Topic = {
  name: 'interfaces',
  subgraphs: {
    zoo: `
      type Query { animals: [Animal!]! animal(id: ID!): Animal nodes: [Node] named: [Named!]! }
      interface Node { id: ID! }
      interface Named { name: String }
      interface Animal implements Node & Named { id: ID! name: String friend: Animal }
      type Dog implements Node & Named & Animal @key(fields: "id") { id: ID! name: String friend: Animal barks: Boolean }
      type Cat implements Node & Named & Animal @key(fields: "id") { id: ID! name: String friend: Animal lives: Int }
      type Keeper implements Node & Named @key(fields: "id") { id: ID! name: String }`,
    vet: `
      interface Patient { weight: Int! visits(last: Int): [Visit!]! }
      type Dog implements Patient @key(fields: "id") { id: ID! weight: Int! visits(last: Int): [Visit!]! }
      type Cat implements Patient @key(fields: "id") { id: ID! weight: Int! visits(last: Int): [Visit!]! indoor: Boolean }
      type Visit { at: String! patient: Patient! by: Keeper }
      type Keeper @key(fields: "id") { id: ID! license: String }
      type Query { patients: [Patient!]! }`,
  },
  universe: () => {
    const keeper = { __typename: 'Keeper', id: 'k', name: 'Kim', license: 'L' }
    const rex: Record<string, unknown> & { __typename: string } = {
      __typename: 'Dog',
      id: 'd',
      name: 'Rex',
      barks: true,
      weight: 30,
      friend: () => tom,
      visits: ({ last }: { last?: number }) =>
        [
          { at: '1', patient: rex, by: keeper },
          { at: '2', patient: rex, by: null },
        ].slice(0, last ?? 9),
    }
    const tom: Record<string, unknown> & { __typename: string } = {
      __typename: 'Cat',
      id: 'c',
      name: 'Tom',
      lives: 9,
      weight: 5,
      friend: null,
      indoor: true,
      visits: () => [{ at: '3', patient: tom, by: keeper }],
    }
    const animals = [rex, tom]
    return {
      Query: {
        animals,
        animal: ({ id }: { id?: unknown }) => animals.find((one) => one['id'] === id),
        nodes: [keeper, rex, null, tom],
        named: [tom, keeper],
        patients: [tom, rex],
      },
      entities: [...animals, keeper],
    }
  },
  cases: [
    ['fields of the interface', '{ animals { id name } }', { fetches: { zoo: 1 } }],
    ['fields of its types', '{ animals { ... on Dog { barks } ... on Cat { lives } } }', { fetches: { zoo: 1 } }],
    [
      'fields that another subgraph adds to its types',
      '{ animals { name ... on Dog { weight } ... on Cat { weight indoor } } }',
    ],
    ['a field of one type alone, elsewhere', '{ animals { ... on Cat { indoor } } }'],
    [
      'an interface that the other subgraph has',
      '{ patients { weight ... on Dog { name } ... on Cat { name lives } } }',
    ],
    ['interfaces in interfaces', '{ animals { friend { name friend { name } ... on Cat { weight } } } }'],
    ['an interface narrowed to another one', '{ nodes { ... on Named { name } } }'],
    ['an interface narrowed twice', '{ nodes { id ... on Animal { friend { id } ... on Dog { weight } } } }'],
    [
      'types in different subgraphs by one fragment',
      'fragment P on Patient { weight } query { animals { ...P name } }',
    ],
    ['an interface of another subgraph as condition', '{ nodes { ... on Patient { weight visits(last: 1) { at } } } }'],
    ['conditions that cannot hold', '{ animals { ... on Named { ... on Keeper { license } name } } }'],
    [
      'lists through both subgraphs',
      '{ animals { ... on Patient { visits { at by { name license } patient { ... on Animal { name } } } } } }',
    ],
    ['the type name of each', '{ nodes { __typename id } named { kind: __typename } }'],
    ['the type name alone', '{ animals { __typename } }', { fetches: { zoo: 1 } }],
    [
      'aliases of equal names on different types',
      '{ animals { ... on Dog { size: weight } ... on Cat { size: weight } } }',
    ],
    [
      'aliases that clash between subgraphs',
      '{ animals { ... on Dog { x: barks y: name } ... on Cat { x: indoor y: name } } }',
    ],
    ['one that is not there', '{ animal(id: "none") { name ... on Dog { weight } } }'],
    ['arguments by type', '{ animals { ... on Dog { visits(last: 1) { at } } ... on Cat { visits { at } } } }'],
    ['nulls in a list of an interface', '{ nodes { id ... on Keeper { name license } ... on Cat { weight } } }'],
  ],
}
