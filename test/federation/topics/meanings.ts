import type { Topic } from '../stage/topic.ts'
import type { Arguments } from '../stage/universe.ts'

/** One name for different fields: of different types, and of one type below these. */
export const MEANINGS: Topic = {
  name: 'one name for different fields',
  subgraphs: {
    zoo: `
      type Query { all: [Animal!]! any: [Any!]! }
      union Any = Cat | Dog
      interface Animal @key(fields: "id") { id: ID! }
      type Cat implements Animal @key(fields: "id") { id: ID! lives: Int owner: Person vet: Person }
      type Dog implements Animal @key(fields: "id") { id: ID! tricks: Int owner: Person vet: Person }
      type Person @key(fields: "id") { id: ID! age: Int }`,
    people: `type Person @key(fields: "id") { id: ID! height: Int width: Int }`,
    feeding: `
      type Query { fed: [Animal!]! }
      type Animal @key(fields: "id") @interfaceObject { id: ID! meals: Int snacks: Int weight(unit: Int): Int }`,
  },
  universe: () => {
    const people = [1, 2].map((no) => ({
      __typename: 'Person',
      id: `h${String(no)}`,
      age: no,
      height: no * 10,
      width: 7,
    }))
    const animals = ['Cat', 'Dog'].map((__typename, index) => ({
      ...{ __typename, id: __typename, lives: 9, tricks: 4, owner: people[0], vet: people[1] },
      ...{ meals: 3 + index, snacks: 70 + index, weight: ({ unit }: Arguments) => Number(unit ?? 0) * 10 + index },
    }))
    return { Query: { all: animals, any: animals, fed: animals }, entities: [...animals, ...people] }
  },
  cases: [
    ...['all', 'any', 'fed'].flatMap((root) => [
      [`two fields, of ${root}`, `{ ${root} { ... on Cat { n: meals } ... on Dog { n: snacks } } }`] as const,
      [
        `one field with other arguments, of ${root}`,
        `query ($u: Int) { ${root} { ... on Cat { weight(unit: $u) } ... on Dog { weight(unit: 2) } } }`,
        { variables: { u: 1 } },
      ] as const,
      [
        `the name of one for the other, of ${root}`,
        `{ ${root} { ... on Cat { meals: snacks } ... on Dog { meals } } }`,
      ] as const,
      [`a field of the type, of ${root}`, `{ ${root} { ... on Cat { n: lives } ... on Dog { n: meals } } }`] as const,
    ]),
    ['below one field of both', '{ all { ... on Cat { owner { n: height } } ... on Dog { owner { n: width } } } }'],
    ['below two fields', '{ any { ... on Cat { p: owner { n: height } } ... on Dog { p: vet { n: width } } } }'],
    [
      'below, the name of one for the other',
      '{ all { ... on Cat { owner { height } } ... on Dog { owner { width height: age } } } }',
    ],
    [
      'by fragments, beside a name that is taken',
      '{ all { n_2: __typename ...C ...D } } fragment C on Cat { n: meals } fragment D on Dog { n: snacks }',
    ],
  ],
}
