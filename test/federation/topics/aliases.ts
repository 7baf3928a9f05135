import type { Topic } from '../stage/topic.ts'

/**
 * One field of several types that a subgraph knows as of different types, and the API as of one: the planner gives them
 * aliases of its own there (`x__alias_0`), which clients may have chosen for something else.
 */
export const ALIASES: Topic = {
  name: 'fields that get aliases in a subgraph',
  subgraphs: {
    a: `
      type Query { things: [Thing!]! home: One }
      union Thing = One | Two | Three
      type One @key(fields: "id") { id: ID! x: Int! @shareable y: Int name: String pal: One! @shareable }
      type Two @key(fields: "id") { id: ID! x: Int y: Int name: String pal: Two }
      type Three { x: Int y: Int }`,
    b: `
      type One @key(fields: "id") { id: ID! x: Int @shareable z: Int! @shareable pal: One @shareable far: [Far!]! deep: Deep }
      type Two @key(fields: "id") { id: ID! far: [Far!]! }
      type Four { z: Int y: Int }
      type Deep { of: [Far!]! }
      union Far = One | Two | Four`,
    c: 'type One @key(fields: "id") { id: ID! z: Int @shareable }',
  },
  universe: () => {
    const boom = (): never => {
      throw new Error('boom')
    }
    const one: Record<string, unknown> & { __typename: string } = {
      __typename: 'One',
      id: '1',
      ...{ x: 1, y: 2, z: 3, name: 'one' },
      pal: () => one,
      far: () => [one, four, two, broken],
      deep: () => ({ of: [broken, four, one, four] }),
    }
    const two = { __typename: 'Two', id: '2', x: 3, y: 4, name: 'two', pal: () => broken, far: () => [one] }
    const broken = { __typename: 'Two', id: '3', x: boom, y: boom, name: 'broken', pal: boom, far: () => [] }
    const three = { __typename: 'Three', x: boom, y: 6 }
    const four = { __typename: 'Four', z: boom, y: 7 }
    return { Query: { things: [one, two, broken, three], home: one }, entities: [one, two, broken] }
  },
  cases: [
    ['of two types', '{ things { ... on One { x } ... on Two { x } } }', { fetches: { a: 1 } }],
    ['of three', '{ things { ... on Two { x } ... on One { x } ... on Three { x } } }'],
    [
      'which the client has chosen before',
      '{ things { ... on One { x__alias_0: y x } ... on Two { x__alias_0: y x } } }',
    ],
    ['which the client has chosen behind', '{ things { ... on One { x } ... on Two { x x__alias_0: y } } }'],
    [
      'which the client has chosen for the same field',
      '{ things { ... on One { x x__alias_0: x } ... on Two { x x__alias_0: y x__alias_1: x } } }',
    ],
    [
      'which the client has chosen on another type',
      '{ things { ... on One { x } ... on Two { x } ... on Three { x__alias_0: x x__alias_1: y } } }',
    ],
    ['which the client has crossed', '{ things { ... on One { x__alias_0: x x: y } ... on Two { x x__alias_0: x } } }'],
    [
      'under a name of the client',
      '{ things { ... on One { n: x } ... on Two { n: x m: x } ... on Three { m: x n: y } } }',
    ],
    [
      'called __typename',
      '{ things { ... on One { __typename: x } ... on Two { __typename: x typename_: y } ... on Three { __typename: x } } }',
    ],
    ['that lead on', '{ things { ... on One { pal { x name } } ... on Two { pal { x name } } } }'],
    ['that lead on to an error', '{ things { ... on One { pal { id } } ... on Two { pal { name y pal { id } } } } }'],
    ['of entities', '{ home { far { ... on One { z } ... on Four { z } } } }'],
    ['below entities', '{ home { deep { of { ... on One { z z__alias_0: x } ... on Four { z z__alias_0: y } } } } }'],
    [
      'below entities, and further on',
      '{ home { deep { of { ... on One { z far { ... on One { z } ... on Four { z } } } ... on Four { z } ... on Two { name x } } } } }',
    ],
  ],
}
