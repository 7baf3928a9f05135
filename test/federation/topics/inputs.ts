import type { Topic } from '../stage/topic.ts'
import type { Arguments } from '../stage/universe.ts'

/** Enums and inputs that subgraphs agree on in part; arguments, variables and their defaults. */
export const INPUTS: Topic = {
  name: 'enums and inputs',
  subgraphs: {
    a: `
      type Query {
        jobs(state: State, page: Page): [Job!]! echo(value: Filter!): String @shareable
        states: [State!]! @shareable
        first(n: Int! = 2, kinds: [Kind!] = [SMALL]): [Kind!]
      }
      enum State { NEW RUNNING DONE }
      enum Kind { SMALL LARGE HUGE }
      input Page { first: Int = 1 after: String }
      input Filter { name: String! tags: [String!] state: State nested: Filter onlyA: Int }
      type Job @key(fields: "id") { id: ID! state: State! kind(of: Kind): Kind }
      scalar Any @tag(name: "x")`,
    b: `
      type Query { echo(value: Filter!): String @shareable states: [State!]! @shareable }
      enum State { NEW RUNNING DONE }
      enum Level { LOW HIGH }
      input Filter { name: String! tags: [String!] state: State nested: Filter onlyB: String }
      type Job @key(fields: "id") {
        id: ID! level(min: Level = LOW, by: Page): Level log(page: Page!, lines: [Int!]! = [1, 2]): [String!]!
        at(time: Time): Time
        matches(filter: Filter): Boolean
      }
      input Page { first: Int = 1 after: String }
      scalar Time`,
  },
  universe: () => {
    const jobs = ['NEW', 'RUNNING', 'DONE'].map((state, index) => ({
      __typename: 'Job',
      id: `j${index}`,
      state,
      kind: ({ of = 'HUGE' }: Arguments) => of,
      level: ({ min, by }: Arguments) => (by === undefined ? min : 'HIGH'),
      log: (given: Arguments) => [JSON.stringify(given)],
      at: ({ time }: Arguments) => time ?? { year: 2026, list: [1, null] },
      matches: ({ filter }: Arguments) => filter === undefined,
    }))
    return {
      Query: {
        jobs: ({ state, page }: Arguments) =>
          jobs
            .filter((job) => state === undefined || job.state === state)
            .slice(0, (page as { first?: number } | undefined)?.first ?? 9),
        echo: ({ value }: Arguments) => JSON.stringify(value),
        states: ['NEW', 'DONE'],
        first: ({ n, kinds }: Arguments) => (kinds as string[]).slice(0, Number(n)),
      },
      entities: jobs,
    }
  },
  cases: [
    ['an enum as literal', '{ jobs(state: RUNNING) { id state } }'],
    ['an enum as variable', 'query ($s: State) { jobs(state: $s) { id state level } }', { variables: { s: 'DONE' } }],
    ['an enum that is not given', 'query ($s: State) { jobs(state: $s) { id } }'],
    ['a default of the operation', 'query ($s: State = NEW) { jobs(state: $s) { state } }'],
    ['a default that null overrides', 'query ($k: Kind = LARGE) { jobs { kind(of: $k) } }', { variables: { k: null } }],
    ['defaults of the schema, on an entity', '{ jobs { level log(page: {}) } }'],
    [
      'defaults of an input, by variable',
      'query ($p: Page!) { jobs(page: $p) { log(page: $p, lines: [7]) } }',
      { variables: { p: { after: 'x' } } },
    ],
    [
      'a variable inside of an input',
      'query ($n: Int) { jobs(page: { first: $n }) { log(page: { first: $n, after: "y" }) } }',
      { variables: { n: 2 } },
    ],
    [
      'a variable inside of a list',
      'query ($l: Int!) { jobs { log(page: {}, lines: [1, $l]) } }',
      { variables: { l: 9 } },
    ],
    ['one item for a list', 'query ($l: [Int!]!) { jobs { log(page: {}, lines: $l) } }', { variables: { l: 5 } }],
    [
      'an input that both have',
      'query ($f: Filter!) { echo(value: $f) }',
      { variables: { f: { name: 'n', tags: ['a'], nested: { name: 'm', state: 'DONE' } } } },
    ],
    [
      'an input with quotes, lines and letters',
      'query ($f: Filter!) { echo(value: $f) }',
      { variables: { f: { name: '"\n\\ \u2028 é 😀' } } },
    ],
    ['an enum that comes back', '{ states jobs { state kind(of: SMALL) } }'],
    ['lists with defaults', '{ first a: first(n: 1) b: first(n: 1, kinds: [LARGE, HUGE]) }'],
    ['a custom scalar, as object', '{ jobs { at } }'],
    [
      'a custom scalar by variable',
      'query ($t: Time) { jobs { at(time: $t) } }',
      { variables: { t: [1, { __proto__x: 2 }] } },
    ],
    [
      'one variable to two subgraphs',
      'query ($p: Page!, $s: State) { jobs(state: $s, page: $p) { state log(page: $p) level(by: $p) } }',
      { variables: { p: { first: 3 } } },
    ],
    ['an argument left out by a variable that is not given', 'query ($f: Filter) { jobs { matches(filter: $f) } }'],
    ['an enum in an input', '{ jobs { matches(filter: { name: "x", state: NEW }) } }'],
  ],
}
