import { expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import { systemClock } from '../../platform/clock/clock.ts'
import { silentLog } from '../../platform/log/log.ts'
import { federatedGraph, testRequest, type TestSubgraph } from '../../test/testkit/federated-graph.ts'
import { loadSupergraph } from '../supergraph/load-supergraph.ts'
import { createEngine } from './engine.ts'

const answer = async (
  subgraphs: Readonly<Record<string, TestSubgraph>>,
  query: string,
  variables: Record<string, unknown> = {},
) => {
  const graph = federatedGraph(subgraphs)
  const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })
  const engine = createEngine({
    supergraph: loaded.current(),
    transportOf: graph.transports,
    onSubgraphErrors: () => undefined,
    clock: systemClock,
  })
  const document = parse(query)
  expect(validate(loaded.current().apiSchema, document)).toEqual([])
  const { data, errors } = await engine.execute(
    { document, documentKey: query, operationName: undefined, variables },
    testRequest(),
  )
  return {
    data: JSON.parse(JSON.stringify(data)) as unknown,
    errors: errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']]),
    fetched: graph.fetched,
  }
}

test('an interface object: one subgraph adds fields to every implementation without knowing any', async () => {
  const media = [
    { __typename: 'Book', id: 'm1', title: 'Queues' },
    { __typename: 'Film', id: 'm2', title: 'Clocks', minutes: 90 },
  ]
  const subgraphs = {
    media: {
      typeDefs: `type Query { media: [Media!]! }
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Book implements Media @key(fields: "id") { id: ID! title: String! }
        type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int! }`,
      resolvers: {
        Query: { media: () => media },
        Media: {
          __resolveType: ({ __typename }: { __typename: string }) => __typename,
          __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id),
        },
        Book: { __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id) },
        Film: { __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id) },
      },
    },
    ratings: {
      typeDefs: `type Query { best: [Media!]! } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! }`,
      resolvers: {
        Query: { best: () => [{ id: 'm2' }] },
        Media: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          stars: ({ id }: { id: string }) => Number(id.slice(1)),
        },
      },
    },
  } satisfies Record<string, TestSubgraph>
  const query =
    '{ media { title stars ... on Film { minutes stars } } best { __typename id stars title ... on Film { minutes } } }'
  expect(await answer(subgraphs, query)).toMatchObject({
    data: {
      media: [
        { title: 'Queues', stars: 1 },
        { title: 'Clocks', stars: 2, minutes: 90 },
      ],
      best: [{ __typename: 'Film', id: 'm2', stars: 2, title: 'Clocks', minutes: 90 }],
    },
    errors: undefined,
  })
  expect((await answer(subgraphs, '{ best { id stars } }')).data).toEqual({ best: [{ id: 'm2', stars: 2 }] })
})

test('aliases that the planner makes for conflicting fields never reach the client', async () => {
  const subgraphs = {
    zoo: {
      typeDefs: `type Query { animals: [Animal!]! } union Animal = Dog | Cat
        type Dog @key(fields: "id") { id: ID! } type Cat @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          animals: () => [
            { __typename: 'Dog', id: 'd' },
            { __typename: 'Cat', id: 'c' },
          ],
        },
        Animal: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      },
    },
    vet: {
      typeDefs: `type Dog @key(fields: "id") { id: ID! age: Int! } type Cat @key(fields: "id") { id: ID! age: String! }`,
      resolvers: { Dog: { age: () => 3 }, Cat: { age: () => 'nine lives' } },
    },
  } satisfies Record<string, TestSubgraph>
  expect(await answer(subgraphs, '{ animals { ... on Dog { years: age } ... on Cat { age } } }')).toMatchObject({
    data: { animals: [{ years: 3 }, { age: 'nine lives' }] },
    errors: undefined,
  })
})

test('@requires with arguments under an alias of the client’s own', async () => {
  const subgraphs = {
    stock: {
      typeDefs:
        'type Query { item: Item } type Item @key(fields: "id") { id: ID! price(currency: String = "EUR"): Int }',
      resolvers: {
        Query: { item: () => ({ id: 'i' }) },
        Item: {
          __resolveReference: (key: object) => key,
          price: (_: unknown, { currency }: { currency: string }) => (currency === 'EUR' ? 100 : 110),
        },
      },
    },
    tax: {
      typeDefs:
        'type Item @key(fields: "id") { id: ID! price(currency: String = "EUR"): Int @external tax: Int @requires(fields: "price(currency: \\"USD\\")") }',
      resolvers: { Item: { tax: ({ price }: { price: number }) => price / 10 } },
    },
  } satisfies Record<string, TestSubgraph>
  expect(await answer(subgraphs, '{ item { euro: price tax } }')).toMatchObject({
    data: { item: { euro: 100, tax: 11 } },
    errors: undefined,
  })
  expect(await answer(subgraphs, '{ item { tax } }')).toMatchObject({ data: { item: { tax: 11 } } })
  expect(await answer(subgraphs, '{ item { tax price: price(currency: "USD") } }')).toMatchObject({
    data: { item: { price: 110, tax: 11 } },
  })
})

test('several keys: each subgraph is asked by the one it knows', async () => {
  const subgraphs = {
    a: {
      typeDefs: 'type Query { user: User } type User @key(fields: "id") { id: ID! }',
      resolvers: { Query: { user: () => ({ id: '1' }) } },
    },
    b: {
      typeDefs: 'type User @key(fields: "id") @key(fields: "mail") { id: ID! mail: String! }',
      resolvers: { User: { __resolveReference: ({ id = '1' }: { id?: string }) => ({ id, mail: `${id}@x.example` }) } },
    },
    c: {
      typeDefs: 'type User @key(fields: "mail") { mail: String! score: Int! }',
      resolvers: { User: { score: ({ mail }: { mail: string }) => mail.length } },
    },
  } satisfies Record<string, TestSubgraph>
  expect(await answer(subgraphs, '{ user { score } }')).toMatchObject({
    data: { user: { score: 11 } },
    fetched: ['a', 'b', 'c'],
  })
})

test('a mutation’s payload leads back to the root, which several subgraphs own', async () => {
  const subgraphs = {
    a: {
      typeDefs: 'type Query { now: Int! } type Mutation { touch: Touched } type Touched { ok: Boolean! query: Query! }',
      resolvers: { Query: { now: () => 1 }, Mutation: { touch: () => ({ ok: true, query: {} }) } },
    },
    b: { typeDefs: 'type Query { later: Int! }', resolvers: { Query: { later: () => 2 } } },
  } satisfies Record<string, TestSubgraph>
  expect((await answer(subgraphs, 'mutation { touch { ok query { now later } } }')).data).toEqual({
    touch: { ok: true, query: { now: 1, later: 2 } },
  })
})

test('shared value types are merged, overridden fields come from their new home, inaccessible ones never', async () => {
  const subgraphs = {
    a: {
      typeDefs:
        'type Query { box: Box } type Box @key(fields: "id") { id: ID! size: Size old: String hidden: String @inaccessible } type Size @shareable { w: Int }',
      resolvers: {
        Query: { box: () => ({ id: '1', size: { w: 1 }, old: 'stale', hidden: 'x' }) },
        Box: { __resolveReference: () => ({ id: '1', size: { w: 1 } }) },
      },
    },
    b: {
      typeDefs:
        'type Box @key(fields: "id") { id: ID! old: String @override(from: "a") } type Size @shareable { w: Int }',
      resolvers: { Box: { __resolveReference: ({ id }: { id: string }) => ({ id, old: 'fresh' }) } },
    },
  } satisfies Record<string, TestSubgraph>
  expect((await answer(subgraphs, '{ box { size { w } old } __type(name: "Box") { fields { name } } }')).data).toEqual({
    box: { size: { w: 1 }, old: 'fresh' },
    __type: { fields: [{ name: 'id' }, { name: 'size' }, { name: 'old' }] },
  })
})

test('an entity whose key is null, or that the subgraph does not know, is null where it may be', async () => {
  const subgraphs = {
    a: {
      typeDefs: 'type Query { list: [Thing] } type Thing @key(fields: "id") { id: ID }',
      resolvers: { Query: { list: () => [{ id: null }, { id: 'x' }, null, { id: 'gone' }] } },
    },
    b: {
      typeDefs: 'type Thing @key(fields: "id") { id: ID name: String }',
      resolvers: {
        Thing: {
          __resolveReference: ({ id }: { id: string | null }) => (id === 'gone' ? null : { id, name: `name of ${id}` }),
        },
      },
    },
  } satisfies Record<string, TestSubgraph>
  expect((await answer(subgraphs, '{ list { name } }')).data).toEqual({
    list: [{ name: 'name of null' }, { name: 'name of x' }, null, { name: null }],
  })
})

test('an entity that is found twice is not shared between the places that show it', async () => {
  const subgraphs = {
    a: {
      typeDefs: 'type Query { pair: [Node!]! } type Node @key(fields: "id") { id: ID! }',
      resolvers: { Query: { pair: () => [{ id: '1' }, { id: '1' }] } },
    },
    b: {
      typeDefs: 'type Node @key(fields: "id") { id: ID! inner: Inner } type Inner @key(fields: "key") { key: ID! }',
      resolvers: { Node: { inner: () => ({ key: 'k' }) } },
    },
    c: {
      typeDefs: 'type Inner @key(fields: "key") { key: ID! label: String } ',
      resolvers: { Inner: { label: ({ key }: { key: string }) => key.toUpperCase() } },
    },
  } satisfies Record<string, TestSubgraph>
  expect((await answer(subgraphs, '{ pair { inner { label } } }')).data).toEqual({
    pair: [{ inner: { label: 'K' } }, { inner: { label: 'K' } }],
  })
})

test('ten thousand entities are one fetch, and take linear time', async () => {
  const subgraphs = {
    a: {
      typeDefs: 'type Query { list(count: Int!): [Node!]! } type Node @key(fields: "id") { id: ID! }',
      resolvers: {
        Query: {
          list: (_: unknown, { count }: { count: number }) => Array.from({ length: count }, (__, id) => ({ id })),
        },
      },
    },
    b: {
      typeDefs: 'type Node @key(fields: "id") { id: ID! double: Int }',
      resolvers: { Node: { double: ({ id }: { id: string }) => Number(id) * 2 } },
    },
  } satisfies Record<string, TestSubgraph>
  const { data, fetched } = await answer(subgraphs, '{ list(count: 10000) { id double } }')
  expect((data as { list: unknown[] }).list[9999]).toEqual({ id: '9999', double: 19998 })
  expect(fetched).toEqual(['a', 'b'])
})
