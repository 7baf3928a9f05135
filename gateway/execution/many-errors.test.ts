import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { systemClock } from '../../platform/clock/clock.ts'
import { createLog, silentLog } from '../../platform/log/log.ts'
import { federatedGraph, testRequest } from '../../test/testkit/federated-graph.ts'
import { shopSubgraphs } from '../../test/testkit/graphs/shop.ts'
import { logSubgraphErrors } from '../errors/subgraph-errors.ts'
import { loadSupergraph } from '../supergraph/load-supergraph.ts'
import type { SubgraphResult } from '../transport/transport.ts'
import { createEngine } from './engine.ts'

const graph = federatedGraph(shopSubgraphs)
const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })

/** Codes and paths of what is told where subgraphs answer as they are made to, and what the log says of it. */
const run = async (query: string, answers: Readonly<Record<string, SubgraphResult>>) => {
  const logged: { msg?: string; more?: number }[] = []
  const log = createLog({
    level: 'error',
    format: 'json',
    destination: { write: (line) => logged.push(JSON.parse(line) as (typeof logged)[number]) }, // written by pino
  })
  const engine = createEngine({
    supergraph: loaded.current(),
    transportOf: (name) => {
      const [transport, answer] = [graph.transports(name), answers[name]]
      return answer ? { ...transport, execute: () => answer } : transport
    },
    onSubgraphErrors: logSubgraphErrors(log),
    clock: systemClock,
  })
  const operation = { document: parse(query), documentKey: query, operationName: undefined, variables: {} }
  const { errors = [] } = await engine.execute(operation, testRequest())
  return {
    told: errors.map(({ path, extensions }) => `${String(extensions['code'])} ${path?.join('.') ?? ''}`),
    logged,
  }
}

const many = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index))

test('of very many errors of a subgraph the first are told and a few logged; what is left out is said', async () => {
  const { told, logged } = await run('{ me { name } }', {
    accounts: { data: { me: null }, errors: many(12_000, (index) => ({ message: 'x', path: ['me', index] })) },
  })
  expect(told.slice(0, 2)).toEqual(['INTERNAL me.0', 'INTERNAL me.1'])
  expect([told.length, told.at(-1)]).toEqual([10_001, 'TOO_MANY_ERRORS '])
  expect(logged).toHaveLength(11)
  expect(logged.at(-1)).toMatchObject({ msg: 'a subgraph failed with more errors than are logged', more: 11_990 })
})

test('refusals, however many, hide no fault from the log, and are not counted as one', async () => {
  const refusals = many(20, () => ({ message: 'no', extensions: { code: 'CAPABILITY_REQUIRED' } }))
  const faults = many(12, () => ({ message: 'x' }))
  const { logged } = await run('{ me { name } }', {
    accounts: { data: { me: null }, errors: [...refusals, ...faults, ...refusals] },
  })
  expect(logged.map(({ msg }) => msg)).toEqual([
    ...many(10, () => 'a subgraph failed'),
    'a subgraph failed with more errors than are logged',
  ])
  expect(logged.at(-1)).toMatchObject({ more: 2 })
})

test('a list of very many values of the wrong shape is told by the first of them', async () => {
  const { told } = await run('{ search { __typename } }', {
    catalog: { data: { search: many(120_000, () => 1) } },
  })
  expect(told[0]).toBe('SUBGRAPH_INVALID_RESPONSE search.0')
  expect([told.length, told.at(-1)]).toEqual([10_001, 'TOO_MANY_ERRORS '])
})

test('as many errors as an answer tells are all there are, however often one was sent', async () => {
  const sent = many(10_000, (index) => ({ message: 'x', path: ['me', index] }))
  const { told } = await run('{ me { name } search { __typename } }', {
    accounts: { data: { me: null }, errors: sent },
    catalog: { data: { search: null }, errors: [...sent.slice(0, 1), ...sent.slice(-1)] },
  })
  expect(told).toHaveLength(10_000)
  expect(told).not.toContain('TOO_MANY_ERRORS ')
})

test('an error of a whole fetch is one for each of its fields, however often it was sent', async () => {
  const fields = many(11, (index) => `a${index.toString()}: me { name }`)
  const { told } = await run(`{ ${fields.join(' ')} }`, {
    accounts: { data: null, errors: many(10_000, () => ({ message: 'x' })) },
  })
  expect(told).toEqual(many(11, (index) => `INTERNAL a${index.toString()}`))
})

test('very many errors about one thing that stands in very many places are no product of both', async () => {
  const { told } = await run('{ products { title shipping } }', {
    catalog: {
      data: { products: many(5000, () => ({ __typename: 'Book', upc: 'b1', title: 'x', weight: 1, price: 1 })) },
    },
    warehouse: {
      data: { _entities: [{ shipping: null }] },
      errors: many(5000, (index) => ({ message: 'x', path: ['_entities', 0, 'shipping', index] })),
    },
  })
  expect([told.length, told.at(-1)]).toEqual([10_001, 'TOO_MANY_ERRORS '])
})

test('of errors in more places than are held it is said that some were left out, few as those are that are told', async () => {
  const { told } = await run('{ products { title shipping } }', {
    catalog: {
      data: { products: many(5000, () => ({ __typename: 'Book', upc: 'b1', title: 'x', weight: 1, price: 1 })) },
    },
    warehouse: {
      data: { _entities: [{ shipping: null }] },
      errors: many(50, () => ({ message: 'x', path: ['_entities', 0, 'shipping'] })),
    },
  })
  expect(told).toEqual([...many(5000, (index) => `INTERNAL products.${index.toString()}.shipping`), 'TOO_MANY_ERRORS '])
})

/** More products than findings are held, each by somebody else. */
const madeByMany = () =>
  many(120_000, (index) => ({
    __typename: 'Book',
    upc: 'b1',
    maker: { __typename: 'User', id: `p${index.toString()}` },
  }))

test('one error that explains very many nulls stays one', async () => {
  const { told } = await run('{ products { maker { name } } }', {
    catalog: {
      data: { products: madeByMany() },
    },
    accounts: { errors: [{ message: 'x' }] },
  })
  expect(told).toEqual(['INTERNAL products'])
})

test('nulls that another error explains leave room for a value of the wrong shape', async () => {
  const { told } = await run('{ products { maker { name } } search { __typename } }', {
    catalog: {
      data: {
        products: madeByMany(),
        search: [1],
      },
    },
    accounts: { errors: [{ message: 'x' }] },
  })
  expect(told).toEqual(['INTERNAL products', 'SUBGRAPH_INVALID_RESPONSE search.0'])
})
