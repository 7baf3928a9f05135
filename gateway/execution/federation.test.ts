import { expect, test } from '@jest/globals'
import { buildSchema, execute, parse, printSchema, validate } from 'graphql'
import type { GraphQLDataSource } from '@apollo/gateway'
import { silentLog } from '../../platform/log/log.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { federatedGraph, testRequest } from '../../test/testkit/federated-graph.ts'
import { counter, monolith, shopSubgraphs } from '../../test/testkit/graphs/shop.ts'
import { stockGateway } from '../../test/testkit/stock-gateway.ts'
import { loadSupergraph } from '../supergraph/load-supergraph.ts'
import { createEngine } from './engine.ts'

const graph = federatedGraph(shopSubgraphs)
const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })
const { apiSchema } = loaded.current()
const oneServer = buildSchema(printSchema(apiSchema))
const engine = createEngine({
  supergraph: loaded.current(),
  transportOf: graph.transports,
  onSubgraphErrors: () => undefined,
  clock: systemClock,
})

const stock = async (query: string, variables: Record<string, unknown>) => {
  const buildService = ({ name }: { name: string }): GraphQLDataSource => ({
    process: async ({ request }) => {
      const schema = graph.schemas.get(name)
      if (!schema) throw new Error(name)
      // Over the wire, as it would be.
      const answer = await execute({
        schema,
        document: parse(request.query ?? ''),
        variableValues: request.variables ?? {},
      })
      return JSON.parse(JSON.stringify(answer)) as object
    },
  })
  const gateway = stockGateway({ supergraphSdl: graph.sdl, buildService })
  const { executor } = await gateway.load()
  const context = { document: parse(query), queryHash: query, request: { query, variables }, context: {}, metrics: {} }
  const answer = await executor(context as never)
  await gateway.stop()
  return answer
}

const ours = async (query: string, variables: Record<string, unknown> = {}) => {
  const document = parse(query)
  expect(validate(apiSchema, document)).toEqual([])
  return engine.execute({ document, documentKey: query, operationName: undefined, variables }, testRequest())
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const operations: readonly (readonly [name: string, query: string, variables?: Record<string, unknown>])[] = [
  ['one subgraph', '{ me { id name mail } }'],
  ['aliases and the same field twice', '{ a: me { n: name name } b: user(id: "u2") { n: name mail } a: me { id } }'],
  ['an unknown entity is null', '{ user(id: "nobody") { name reviews { stars } } product(upc: "none") { title } }'],
  [
    'an entity fetched over two hops',
    '{ me { name reviews { stars product { upc title reviews { author { mail } } } } } }',
  ],
  ['@requires gathers from another subgraph first', '{ products { shipping title } }'],
  ['@requires without selecting what it requires', '{ latest(first: 3) { product { shipping } } }'],
  ['@provides', '{ latest { author { name id } } }'],
  ['a nested key', '{ shelves { route room { name } } }'],
  ['a nested key that the client did not select', '{ shelves { route } }'],
  ['lists of lists', '{ shelves { id rows { upc shipping } labels } }'],
  ['an interface', '{ products { __typename upc ... on Book { pages } ... on Chair { legs } maker { name } } }'],
  ['an interface without asking for its type', '{ products { title ... on Chair { legs } reviews { text } } }'],
  ['an aliased type name', '{ products { what: __typename upc } }'],
  [
    'a union with nulls',
    '{ search { __typename ... on Book { title reviews(min: 4) { stars } } ... on User { name reviews { id } } ... on Chair { legs } } }',
  ],
  [
    'named fragments, nested and spread twice',
    `query { products { ...A } byKind(kind: BOOK) { ...A ...B } }
    fragment A on Product { upc reviews { ...C } } fragment B on Book { pages ...A } fragment C on Review { stars author { ...D } } fragment D on User { name }`,
  ],
  [
    'variables and their defaults',
    'query Q($kind: Kind = CHAIR, $min: Int, $upc: ID!) { byKind(kind: $kind) { title reviews(min: $min) { stars } } product(upc: $upc) { title } }',
    { upc: 'b1', min: 4 },
  ],
  ['a field of two arguments under two aliases', '{ products { all: reviews { id } good: reviews(min: 5) { id } } }'],
  [
    '@include and @skip on fields',
    'query Q($yes: Boolean!, $no: Boolean = false) { me { id name @include(if: $no) mail @skip(if: $no) reviews @include(if: $yes) { stars } } }',
    { yes: true },
  ],
  [
    '@skip of everything in a subgraph',
    'query Q($yes: Boolean!) { me { id reviews @skip(if: $yes) { stars } } }',
    { yes: true },
  ],
  [
    '@include on fragments',
    'query Q($no: Boolean!) { products { upc ...X @include(if: $no) ... @skip(if: $no) { title } } } fragment X on Product { price }',
    { no: false },
  ],
  ['a literal condition', '{ me { name @skip(if: true) id @include(if: true) } }'],
  ['introspection beside data', '{ me { name } __type(name: "Kind") { enumValues { name } } __typename }'],
  ['introspection alone', '{ __schema { queryType { name fields { name } } } }'],
  ['nothing but a type name', '{ __typename }'],
  [
    'names of the prototype as aliases',
    '{ constructor: me { toString: name hasOwnProperty: reviews { valueOf: stars } } __proto__: plan }',
  ],
  ['an alias __proto__ deep inside', '{ products { __proto__: reviews { __proto__: author { __proto__: mail } } } }'],
]

test.each(operations)('%s: as one server and as the stock gateway answer', async (_, query, variables = {}) => {
  const expected = plain(
    await execute({ schema: oneServer, document: parse(query), rootValue: monolith, variableValues: variables }),
  )
  expect(plain(await ours(query, variables))).toEqual(expected)
  expect(JSON.stringify(await ours(query, variables))).toBe(JSON.stringify(expected))
  if (!query.includes('__proto__')) {
    const { data } = await stock(query, variables)
    expect(plain(data)).toEqual((expected as { data: unknown }).data)
  }
})

test('mutations run one after the other, across subgraphs, in the order of the operation', async () => {
  const query =
    'mutation { a: rename(id: "u1", name: "x") { name } b: reprice(upc: "b1", price: 0) { price title } c: rename(id: "u2", name: "y") { name reviews { id } } }'
  counter.value = 0
  const expected = plain(await execute({ schema: oneServer, document: parse(query), rootValue: monolith }))
  counter.value = 0
  const answer = plain(await ours(query))
  expect(answer).toMatchObject({ data: { a: { name: 'x-0' }, b: { price: 1 }, c: { name: 'y-2' } } })
  expect(answer).toEqual(expected)
})

test('an entity that several places show is asked for once', async () => {
  const asked: unknown[] = []
  const spied = createEngine({
    supergraph: loaded.current(),
    transportOf: (name) => {
      const transport = graph.transports(name)
      return {
        ...transport,
        execute: (fetch, variables, request) => {
          if (name === 'accounts') asked.push(variables['representations'])
          return transport.execute(fetch, variables, request)
        },
      }
    },
    onSubgraphErrors: () => undefined,
    clock: systemClock,
  })
  const document = parse('{ products { maker { name } } }')
  await spied.execute({ document, documentKey: 'dedupe', operationName: undefined, variables: {} }, testRequest())
  expect(asked).toEqual([
    [
      { __typename: 'User', id: 'u1' },
      { __typename: 'User', id: 'u2' },
    ],
  ])
})

test('the operation is planned and compiled once, and variables do not mix', async () => {
  const query = 'query Q($id: ID!) { user(id: $id) { name } }'
  const answers = await Promise.all(['u1', 'u2', 'u3'].map((id) => ours(query, { id })))
  expect(plain(answers)).toEqual([
    { data: { user: { name: 'Ada' } } },
    { data: { user: { name: 'Ben' } } },
    { data: { user: null } },
  ])
})
