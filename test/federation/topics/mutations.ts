import type { Topic } from '../stage/topic.ts'
import type { Arguments } from '../stage/universe.ts'

/** Writes, one after the other, whichever subgraph they are of. */
export const MUTATIONS: Topic = {
  name: 'mutations',
  subgraphs: {
    a: `
      type Query { counter: Counter! }
      type Mutation { add(by: Int! = 1): Counter! addA(by: Int!): Int log(text: String!): [String!]! failA: Int failHardA: Counter }
      type Counter @key(fields: "id") { id: ID! value: Int! steps: [Int!]! }`,
    b: `
      type Mutation { double: Counter! doubleB: Int addText(text: String!): String @shareable failB: Counter! }
      type Counter @key(fields: "id") { id: ID! twice: Int! history: [String!]! }
      type Query { again: Counter! }`,
    c: `
      type Counter @key(fields: "id") { id: ID! value: Int! @external square: Int! @requires(fields: "value") }
      type Mutation { reset(input: Reset!): Counter }
      input Reset { to: Int = 0 }`,
  },
  universe: () => {
    const steps: number[] = []
    const history: string[] = []
    let value = 1
    const counter = {
      __typename: 'Counter',
      id: 'c',
      value: () => value,
      steps: () => [...steps],
      twice: () => value * 2,
      history: () => [...history],
      square: (_: Arguments, at: { number: (name: string) => number }) => at.number('value') ** 2,
    }
    const add = ({ by }: Arguments) => {
      value += Number(by)
      steps.push(value)
      return counter
    }
    const fault = (): never => {
      value += 100
      throw new Error('boom')
    }
    return {
      Query: { counter, again: counter },
      Mutation: {
        add,
        addA: (given: Arguments) => (add(given), value),
        log: ({ text }: Arguments) => (history.push(String(text)), [...history]),
        failA: fault,
        failHardA: fault,
        double: () => ((value *= 2), counter),
        doubleB: () => (value *= 2),
        addText: ({ text }: Arguments) => `${String(text)}${String(value)}`,
        failB: fault,
        reset: ({ input }: Arguments) => ((value = (input as { to: number }).to), counter),
      },
      entities: [counter],
    }
  },
  cases: [
    ['one subgraph', 'mutation { add(by: 2) { value } }', { fetches: { a: 1 } }],
    ['the same subgraph twice is one fetch', 'mutation { x: addA(by: 2) y: addA(by: 3) }', { fetches: { a: 1 } }],
    ['in the order of the operation', 'mutation { addA(by: 1) doubleB z: addA(by: 1) }', { fetches: { a: 2, b: 1 } }],
    ['the same in another order', 'mutation { doubleB addA(by: 1) y: doubleB }', { fetches: { a: 1, b: 2 } }],
    [
      'three subgraphs by turns',
      'mutation { a: addA(by: 4) b: doubleB c: reset(input: { to: 7 }) { square } d: addA(by: 1) e: doubleB }',
    ],
    [
      'the result is seen as it was before the next',
      'mutation { a: add { value twice } b: double { value twice } c: add { value square } }',
    ],
    ['fields of other subgraphs of each result', 'mutation { x: add(by: 1) { value square } }'],
    ['lists of results', 'mutation { a: log(text: "1") b: addA(by: 5) c: log(text: "2") }'],
    ['one that fails does not stop the next', 'mutation { failA addA(by: 1) }'],
    ['one that fails in another subgraph neither', 'mutation { a: addA(by: 1) failHardA { value } doubleB }'],
    ['one that fails and may not', 'mutation { a: addA(by: 1) failB { value } c: doubleB }'],
    [
      'variables',
      'mutation ($by: Int!, $r: Reset!) { add(by: $by) { value } reset(input: $r) { square } }',
      { variables: { by: 3, r: {} } },
    ],
    [
      'skipped ones',
      'mutation ($no: Boolean!) { addA(by: 1) doubleB @skip(if: $no) z: addA(by: 1) }',
      { variables: { no: true } },
    ],
    ['in fragments', 'mutation { ...M doubleB } fragment M on Mutation { addA(by: 1) ... on Mutation { y: doubleB } }'],
    ['the type name between', 'mutation { addA(by: 1) __typename doubleB }'],
  ],
}
