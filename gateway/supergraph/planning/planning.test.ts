import { expect, test } from '@jest/globals'
import { GraphQLError, parse, validate } from 'graphql'
import { systemClock } from '../../../platform/clock/clock.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { federatedGraph, testRequest, type TestSubgraph } from '../../../test/testkit/federated-graph.ts'
import { createEngine } from '../../execution/engine.ts'
import { loadSupergraph } from '../load-supergraph.ts'
import { planOperation } from './plan-operation.ts'
import { plannerOf } from './planner-of.ts'
import { planningSdl } from './planning-sdl.ts'

const serve = async (subgraphs: Readonly<Record<string, TestSubgraph>>) => {
  const graph = federatedGraph(subgraphs)
  const supergraph = (await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })).current()
  const engine = createEngine({
    supergraph,
    transportOf: graph.transports,
    onSubgraphErrors: () => undefined,
    clock: systemClock,
  })
  return {
    sdl: graph.sdl,
    faults: (query: string) => validate(supergraph.apiSchema, parse(query)).map(({ message }) => message),
    ask: async (query: string, variables: Record<string, unknown> = {}) => {
      const document = parse(query)
      expect(validate(supergraph.apiSchema, document)).toEqual([])
      const operation = { document, documentKey: query, operationName: undefined, variables }
      const { data, errors } = await engine.execute(operation, testRequest())
      return {
        data: JSON.parse(JSON.stringify(data ?? null)) as unknown, // null prototypes become plain
        codes: (errors ?? []).map(({ extensions }) => extensions['code']),
      }
    },
  }
}

interface Reading {
  readonly sensor: string
}

/** A station has readings in a unit; what is computed from them requires them in units of its own. */
const weather = {
  stations: {
    typeDefs: `type Query { stations: [Station!]! }
      type Station @key(fields: "id") { id: ID! temperature(unit: String!): Int log(last: Int!): [Reading!]! site: Site! }
      type Reading { sensor: String! }
      type Site { altitude(unit: String = "m"): Int @shareable }`,
    resolvers: {
      Query: { stations: () => [{ id: 's1' }, { id: 's2' }] },
      Station: {
        __resolveReference: (key: object) => key,
        temperature: ({ id }: { id: string }, { unit }: { unit: string }) =>
          Number(id.slice(1)) * (unit === 'F' ? 100 : 10),
        log: ({ id }: { id: string }, { last }: { last: number }) =>
          Array.from({ length: last }, (_, index) => ({ sensor: `${id}-${String(index)}` })),
        site: () => ({}),
      },
      Site: { altitude: (_: unknown, { unit }: { unit: string }) => (unit === 'ft' ? 3280 : 1000) },
    },
  },
  forecasts: {
    typeDefs: `
      type Station @key(fields: "id") {
        id: ID!
        temperature(unit: String!): Int @external
        log(last: Int!): [Reading!]! @external
        site: Site! @external
        feelsLike: Int @requires(fields: "temperature(unit: \\"C\\")")
        feelsLikeF: Int @requires(fields: "temperature(unit: \\"F\\")")
        sensors: [String!] @requires(fields: "log(last: 2) { sensor }")
        isHigh: Boolean @requires(fields: "site { altitude(unit: \\"ft\\") }")
      }
      type Reading @external { sensor: String! }
      type Site { altitude(unit: String = "m"): Int @external }`,
    resolvers: {
      Station: {
        __resolveReference: (representation: object) => representation,
        feelsLike: ({ temperature }: { temperature: number }) => temperature + 1,
        feelsLikeF: ({ temperature }: { temperature: number }) => temperature + 2,
        sensors: ({ log }: { log: readonly Reading[] }) => log.map(({ sensor }) => sensor),
        isHigh: ({ site }: { site: { altitude: number } }) => site.altitude > 3000,
      },
    },
  },
} satisfies Readonly<Record<string, TestSubgraph>>

test('what a field requires with arguments and what the caller asks for with others are kept apart', async () => {
  const { ask } = await serve(weather)
  expect(await ask('{ stations { temperature(unit: "F") feelsLike log(last: 1) { sensor } sensors } }')).toEqual({
    data: {
      stations: [
        { temperature: 100, feelsLike: 11, log: [{ sensor: 's1-0' }], sensors: ['s1-0', 's1-1'] },
        { temperature: 200, feelsLike: 21, log: [{ sensor: 's2-0' }], sensors: ['s2-0', 's2-1'] },
      ],
    },
    codes: [],
  })
})

test('two fields that require one field with different arguments each get their own', async () => {
  const { ask } = await serve(weather)
  const query = `query ($all: Boolean!) {
    stations { feelsLike feelsLikeF isHigh @include(if: $all) temperature: id site { altitude } }
  }`
  expect(await ask(query, { all: true })).toEqual({
    data: {
      stations: [
        { feelsLike: 11, feelsLikeF: 102, isHigh: true, temperature: 's1', site: { altitude: 1000 } },
        { feelsLike: 21, feelsLikeF: 202, isHigh: true, temperature: 's2', site: { altitude: 1000 } },
      ],
    },
    codes: [],
  })
})

test('what a literal leaves out neither needs nor keeps anything', async () => {
  const { ask } = await serve(weather)
  expect(await ask('{ stations { sensors feelsLike @skip(if: true) ... @include(if: false) { isHigh } } }')).toEqual({
    data: { stations: [{ sensors: ['s1-0', 's1-1'] }, { sensors: ['s2-0', 's2-1'] }] },
    codes: [],
  })
  expect(await ask('{ stations { id @include(if: false) } }')).toEqual({ data: { stations: [{}, {}] }, codes: [] })
})

test('two such fields under one condition each get their own, too', async () => {
  const { ask } = await serve(weather)
  const query = 'query ($all: Boolean!) { stations { ... @include(if: $all) { feelsLike feelsLikeF } } }'
  expect(await ask(query, { all: true })).toEqual({
    data: {
      stations: [
        { feelsLike: 11, feelsLikeF: 102 },
        { feelsLike: 21, feelsLikeF: 202 },
      ],
    },
    codes: [],
  })
  expect(await ask(query, { all: false })).toEqual({ data: { stations: [{}, {}] }, codes: [] })
})

test('the names that the planner uses are nobody else’s', async () => {
  const { sdl, faults } = await serve(weather)
  const { required } = planningSdl(sdl)
  expect([...required.byName.values()].map(({ name }) => name)).toEqual([
    'temperature',
    'temperature',
    'log',
    'altitude',
  ])
  for (const name of required.byName.keys()) {
    expect(sdl).not.toContain(name)
    expect(faults(`{ stations { ${name} } }`)).toHaveLength(1)
  }
})

test('a subgraph is entered by a key that it resolves, whatever other keys it names first', async () => {
  const book = { id: 'b1', isbn: '978', shelf: { row: 'r1', place: 'p1' } }
  const { ask } = await serve({
    library: {
      typeDefs: `type Query { book: Book }
        type Book @key(fields: "isbn", resolvable: false) @key(fields: "id shelf { place }") @key(fields: "id", resolvable: false) {
          id: ID! isbn: String! shelf: Shelf! title: String! @external label: String! @requires(fields: "title")
        }
        type Shelf { row: ID! @shareable place: ID! @shareable }`,
      resolvers: {
        Query: { book: () => book },
        Book: {
          __resolveReference: ({ shelf, ...given }: Partial<typeof book>) =>
            shelf?.place === 'p1' ? { ...book, ...given } : null,
          label: ({ title }: { title: string }) => `“${title}”`,
        },
      },
    },
    titles: {
      typeDefs: `type Book @key(fields: "id") @key(fields: "id shelf { place }", resolvable: false) { id: ID! shelf: Shelf! @shareable title: String! }
        type Shelf { row: ID! @shareable place: ID! @shareable }`,
      resolvers: { Book: { __resolveReference: () => ({ ...book, title: 'Queues' }) } },
    },
  })
  expect(await ask('{ book { title label } }')).toEqual({
    data: { book: { title: 'Queues', label: '“Queues”' } },
    codes: [],
  })
})

test('an operation that no subgraph can answer is refused; one that asks for nothing is not', async () => {
  const { ask } = await serve({
    here: {
      typeDefs: `type Query { thing: Thing } interface Thing @key(fields: "id") { id: ID! }`,
      resolvers: { Thing: { __resolveType: () => null } },
    },
    there: {
      typeDefs: `type Query { other: Thing } type Thing @key(fields: "id", resolvable: false) @interfaceObject { id: ID! weight: Int }`,
      resolvers: { Query: { other: () => ({ id: 't1', weight: 3 }) } },
    },
  })
  expect(await ask('{ thing { weight } }')).toEqual({ data: null, codes: ['OPERATION_UNANSWERABLE'] })
  expect(await ask('{ other { weight } }')).toEqual({ data: { other: { weight: 3 } }, codes: [] })
  expect(await ask('{ other @skip(if: true) { id } __typename }')).toEqual({ data: { __typename: 'Query' }, codes: [] })
})

test('a supergraph that the planner has no trouble with is left as it is', () => {
  const { sdl } = federatedGraph({ one: { typeDefs: 'type Query { one: Int }', resolvers: {} } })
  expect(planningSdl(sdl).sdl).toBe(sdl)
})

test('what a context says is not the caller’s to say', async () => {
  const { ask } = await serve({
    a: {
      typeDefs: `type Query { me: Reader } type Reader @key(fields: "id") @context(name: "reader") { id: ID! city: String card: Card }
        type Card @key(fields: "id") { id: ID! weather(city: String @fromContext(field: "$reader { city }")): String }`,
      resolvers: {
        Query: { me: () => ({ id: 'r', city: 'Rome', card: { id: 'c' } }) },
        Card: { weather: (_: unknown, { city }: { city?: string }) => `at ${String(city)}` },
      },
    },
  })
  expect(await ask('{ me { card { weather } } }')).toEqual({
    data: { me: { card: { weather: 'at Rome' } } },
    codes: [],
  })
  const spoofing =
    'query ($context__1: Boolean!) { me { context__1: city card { context__2: id weather @skip(if: $context__1) } } }'
  expect(await ask(spoofing, { context__1: false })).toEqual({
    data: { me: { context__1: 'Rome', card: { context__2: 'c', weather: 'at Rome' } } },
    codes: [],
  })
})

test.each([
  ['what the planner cannot plan', new GraphQLError('There is no way'), 'OPERATION_UNANSWERABLE'],
  // In the words of @apollo/query-planner 2.14.
  [
    'what is too wide for it',
    new Error('Number of non-local selections exceeds limit of 100000'),
    'OPERATION_TOO_LARGE',
  ],
  [
    'what is too deep for it',
    new Error('Exceeded maximum recursive selections in this operation'),
    'OPERATION_TOO_LARGE',
  ],
])('%s is told as such', (_, refusal, code) => {
  const { sdl } = federatedGraph({ a: { typeDefs: 'type Query { first: Int }', resolvers: {} } })
  const planner = plannerOf(sdl)
  planner.buildQueryPlan = () => {
    throw refusal
  }
  expect(() => planOperation(planner, planningSdl(sdl))(parse('{ first }'), '')).toThrow(
    expect.objectContaining({ code, cause: refusal }),
  )
})
