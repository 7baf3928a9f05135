import { expect, test } from '@jest/globals'
import { parse, type ExecutionResult } from 'graphql'
import { systemClock } from '../../platform/clock/clock.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { silentLog } from '../../platform/log/log.ts'
import { federatedGraph, testRequest } from '../../test/testkit/federated-graph.ts'
import { shopSubgraphs } from '../../test/testkit/graphs/shop.ts'
import { loadSupergraph } from '../supergraph/load-supergraph.ts'
import type { RequestContext, SubgraphResult, SubgraphTransport } from '../transport/transport.ts'
import { createEngine } from './engine.ts'

const graph = federatedGraph(shopSubgraphs)
const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })

type Answer = SubgraphResult | ((result: SubgraphResult) => unknown) | Error

/** Runs an operation while some subgraphs answer otherwise than they should. */
const run = async (
  query: string,
  misbehaving: Readonly<Record<string, Answer>>,
  request: RequestContext = testRequest(),
) => {
  const told: string[] = []
  const transportOf = (name: string): SubgraphTransport => {
    const transport = graph.transports(name)
    const answer = misbehaving[name]
    if (answer === undefined) return transport
    return {
      ...transport,
      execute: async (fetch, variables, context) => {
        if (answer instanceof Error) throw answer
        if (typeof answer !== 'function') return answer
        return answer(await transport.execute(fetch, variables, context)) as SubgraphResult // whatever a subgraph may send
      },
    }
  }
  const engine = createEngine({
    supergraph: loaded.current(),
    transportOf,
    onSubgraphErrors: (subgraph) => told.push(subgraph),
    clock: systemClock,
  })
  const result = await engine.execute(
    { document: parse(query), documentKey: query, operationName: undefined, variables: {} },
    request,
  )
  return { ...read(result), told }
}

const read = ({ data, errors = [] }: ExecutionResult) => ({
  data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
  errors: errors.map(({ path, message, extensions }) => ({ path: path?.join('.'), message, code: extensions['code'] })),
})

const UNAVAILABLE = { code: 'SUBGRAPH_UNAVAILABLE', message: 'A part of the graph is not available at the moment.' }

test('a subgraph that is down leaves the rest; each of its root fields is null with one error', async () => {
  const { data, errors, told } = await run('{ me { name } a: latest { id } b: latest { stars } }', {
    reviews: new Error('ECONNREFUSED 10.0.0.7'),
  })
  expect(data).toEqual({ me: { name: 'Ada' }, a: null, b: null })
  expect(errors).toEqual([
    { path: 'a', ...UNAVAILABLE },
    { path: 'b', ...UNAVAILABLE },
  ])
  expect(told).toEqual(['reviews'])
})

test('an entity whose subgraph is down keeps what others know of it', async () => {
  const { data, errors } = await run('{ product(upc: "b1") { title shipping } }', { warehouse: new Error('down') })
  expect(data).toEqual({ product: { title: 'Compilers', shipping: null } })
  expect(errors).toEqual([{ path: 'product.shipping', ...UNAVAILABLE }])
})

test('many entities of one failed fetch are one error, at the list that holds them', async () => {
  const { data, errors } = await run('{ products { title shipping } }', { warehouse: catalogued('SUBGRAPH_TIMEOUT') })
  expect(data).toMatchObject({ products: [{ title: 'Compilers', shipping: null }, {}, {}] })
  expect(errors).toEqual([
    { path: 'products', code: 'SUBGRAPH_TIMEOUT', message: 'A part of the graph took too long to answer.' },
  ])
})

test('what was fetched for a later fetch alone is never named: the error stands at what the client selected', async () => {
  const { errors } = await run('{ latest(first: 1) { product { shipping } } }', { catalog: new Error('down') })
  expect(errors.map(({ path }) => path)).toEqual(['latest.0.product'])
})

test('an error about _entities[i] is put back to every place that shows entity i', async () => {
  const { data, errors } = await run('{ products { maker { name mail } } }', {
    accounts: (result) => ({
      data: {
        _entities: (result.data?.['_entities'] as object[]).map((entity, index) =>
          index === 0 ? { ...entity, mail: null } : entity,
        ),
      },
      errors: [
        {
          message: 'duplicate key value violates "users_pkey"',
          path: ['_entities', 0, 'mail'],
          extensions: { code: 'NOT_FOUND' },
        },
      ],
    }),
  })
  expect(data).toMatchObject({
    products: [
      { maker: { name: 'Ada', mail: null } },
      { maker: { name: 'Ben' } },
      { maker: { name: 'Ada', mail: null } },
    ],
  })
  expect(errors).toEqual(
    ['products.0.maker.mail', 'products.2.maker.mail'].map((path) => ({
      path,
      code: 'NOT_FOUND',
      message: 'There is no such thing here.',
    })),
  )
})

test('R84: a code that the catalogue lacks becomes INTERNAL, and nothing of the subgraph is told', async () => {
  const error = {
    message: 'relation "people" does not exist in accounts',
    path: ['me'],
    extensions: { code: '42P01', stacktrace: ['at accounts'], serviceName: 'accounts' },
  }
  const { errors } = await run('{ me { name } plan }', { accounts: { data: { me: null }, errors: [error] } })
  expect(errors).toEqual([{ path: 'me', code: 'INTERNAL', message: 'Something went wrong on our side.' }])
  expect(JSON.stringify(errors)).not.toMatch(/accounts|people|42P01|stack/)
})

test('the details of a catalogued error are kept, and only those the catalogue knows', async () => {
  const extensions = { code: 'CAPABILITY_REQUIRED', capability: 'PROJECT_READ', rule: 7, hint: 'ask Ada' }
  const engine = createEngine({
    supergraph: loaded.current(),
    transportOf: (name) => ({
      ...graph.transports(name),
      execute: async () => ({ data: { me: null }, errors: [{ message: 'x', path: ['me'], extensions }] }),
    }),
    onSubgraphErrors: () => undefined,
    clock: systemClock,
  })
  const { errors } = await engine.execute(
    { document: parse('{ me { name } }'), documentKey: 'details', operationName: undefined, variables: {} },
    testRequest(),
  )
  expect(errors?.[0]?.extensions).toEqual({ code: 'CAPABILITY_REQUIRED', capability: 'PROJECT_READ' })
})

test('errors without data or path count for every field of the fetch', async () => {
  const { data, errors } = await run('{ me { name } user(id: "u2") { name } plan }', {
    accounts: { errors: [{ message: 'who are you', extensions: { code: 'UNAUTHENTICATED' } }] },
  })
  expect(data).toEqual({ me: null, user: null, plan: 'north first' })
  expect(errors.map(({ path, code }) => [path, code])).toEqual([
    ['me', 'UNAUTHENTICATED'],
    ['user', 'UNAUTHENTICATED'],
  ])
})

const INVALID = 'SUBGRAPH_INVALID_RESPONSE'

test.each<
  [
    name: string,
    query: string,
    subgraph: string,
    answer: (result: SubgraphResult) => unknown,
    data: unknown,
    paths: string[],
  ]
>([
  [
    'too few entities',
    '{ product(upc: "b1") { title shipping } }',
    'warehouse',
    () => ({ data: { _entities: [] } }),
    { product: { title: 'Compilers', shipping: null } },
    ['product.shipping'],
  ],
  [
    'too many entities',
    '{ product(upc: "b1") { shipping } }',
    'warehouse',
    () => ({ data: { _entities: [{ shipping: 1 }, { shipping: 2 }] } }),
    { product: { shipping: null } },
    ['product.shipping'],
  ],
  [
    'entities that are no list',
    '{ product(upc: "b1") { shipping } }',
    'warehouse',
    () => ({ data: { _entities: { shipping: 1 } } }),
    { product: { shipping: null } },
    ['product.shipping'],
  ],
  [
    'an entity that is a text',
    '{ product(upc: "b1") { title shipping } }',
    'warehouse',
    () => ({ data: { _entities: ['x'] } }),
    { product: { title: 'Compilers', shipping: null } },
    ['product.shipping'],
  ],
  ['no data at all', '{ me { name } }', 'accounts', () => ({}), { me: null }, ['me']],
  ['data that is text', '{ me { name } }', 'accounts', () => ({ data: 'hello' }), { me: null }, ['me']],
  [
    'a list for an object',
    '{ me { name } }',
    'accounts',
    () => ({ data: { me: [{ name: 'x' }] } }),
    { me: null },
    ['me'],
  ],
  [
    'an object for a list',
    '{ latest { id } }',
    'reviews',
    () => ({ data: { latest: { id: 1 } } }),
    { latest: null },
    ['latest'],
  ],
  [
    'a number for a text',
    '{ user(id: "u1") { mail } }',
    'accounts',
    () => ({ data: { user: { mail: 7 } } }),
    { user: { mail: null } },
    ['user.mail'],
  ],
  [
    'text for a number',
    '{ product(upc: "b1") { price } }',
    'catalog',
    () => ({ data: { product: { __typename: 'Book', price: '40' } } }),
    { product: { price: null } },
    ['product.price'],
  ],
  [
    'a fraction for an Int',
    '{ product(upc: "b1") { price } }',
    'catalog',
    () => ({ data: { product: { __typename: 'Book', price: 1.5 } } }),
    { product: { price: null } },
    ['product.price'],
  ],
  [
    'a number past 32 bits for an Int',
    '{ product(upc: "b1") { price } }',
    'catalog',
    () => ({ data: { product: { __typename: 'Book', price: 2 ** 31 } } }),
    { product: { price: null } },
    ['product.price'],
  ],
  [
    'an unknown enum value, where none may be null',
    '{ product(upc: "b1") { title kind } }',
    'catalog',
    () => ({ data: { product: { __typename: 'Book', title: 'x', kind: 'SOFA' } } }),
    { product: null },
    ['product.kind'],
  ],
  [
    'a type that the graph does not have',
    '{ search { __typename } }',
    'catalog',
    () => ({ data: { search: [{ __typename: 'Sofa' }] } }),
    { search: [null] },
    ['search.0'],
  ],
  [
    'a type that is not of the union',
    '{ search { __typename } }',
    'catalog',
    () => ({ data: { search: [{ __typename: 'Review' }, null] } }),
    { search: [null, null] },
    ['search.0'],
  ],
  [
    'a null where none may be',
    '{ me { id name } plan }',
    'accounts',
    () => ({ data: { me: { id: 'u1', name: null } } }),
    { me: null, plan: 'north first' },
    ['me.name'],
  ],
  [
    'a null that bubbles through a list to the root',
    '{ products { upc kind } }',
    'catalog',
    () => ({
      data: {
        products: [
          { __typename: 'Book', upc: 'b1', kind: 'BOOK' },
          { __typename: 'Book', upc: null, kind: 'BOOK' },
        ],
      },
    }),
    null,
    ['products.1.upc'],
  ],
])('%s is an invalid answer at its place', async (_, query, subgraph, answer, data, paths) => {
  const result = await run(query, { [subgraph]: answer })
  expect(result.data).toEqual(data)
  expect(result.errors.map(({ path, code }) => [path, code])).toEqual(paths.map((path) => [path, INVALID]))
})

test('a null that a reported error explains is reported once', async () => {
  const { data, errors } = await run('{ me { name } plan }', {
    accounts: {
      data: { me: { name: null } },
      errors: [{ message: 'x', path: ['me', 'name'], extensions: { code: 'NOT_FOUND' } }],
    },
  })
  expect(data).toEqual({ me: null, plan: 'north first' })
  expect(errors.map(({ path, code }) => [path, code])).toEqual([['me.name', 'NOT_FOUND']])
})

test('ids that are numbers become text', async () => {
  const { data } = await run('{ user(id: "u1") { id } }', { accounts: { data: { user: { id: 42 } } } })
  expect(data).toEqual({ user: { id: '42' } })
})

test('keys of the prototype in what a subgraph sends pollute nothing', async () => {
  await run('{ me { name } }', {
    accounts: () =>
      JSON.parse('{"data":{"me":{"__proto__":{"polluted":true},"name":"x"},"__proto__":{"polluted":true}}}') as unknown,
  })
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('a request that was given up fetches no more and says why', async () => {
  const controller = new AbortController()
  const fetched: string[] = []
  const { errors, data } = await run(
    '{ me { name reviews { stars } } }',
    {
      accounts: (result) => {
        controller.abort(catalogued('REQUEST_TIMEOUT'))
        return result
      },
      reviews: () => fetched.push('reviews'),
    },
    testRequest({ signal: controller.signal }),
  )
  expect(fetched).toEqual([])
  expect(data).toEqual({ me: null })
  expect(errors.map(({ path, code }) => [path, code])).toEqual([['me.reviews', 'REQUEST_TIMEOUT']])
})
