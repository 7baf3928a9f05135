import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { systemClock } from '../../platform/clock/clock.ts'
import { silentLog } from '../../platform/log/log.ts'
import { federatedGraph, testRequest } from '../../test/testkit/federated-graph.ts'
import { loadSupergraph } from '../supergraph/load-supergraph.ts'
import { createEngine } from './engine.ts'

const graph = federatedGraph({
  echo: {
    typeDefs: 'scalar Any type Query { echo(value: Any): Int } type Subscription { echoes(value: Any): Int }',
    resolvers: { Query: { echo: () => 1 } },
  },
})
const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })
const engine = createEngine({
  supergraph: loaded.current(),
  transportOf: graph.transports,
  onSubgraphErrors: () => undefined,
  clock: systemClock,
})

const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
const inObjects = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
const operation = (query: string, value: unknown) => ({
  document: parse(query),
  documentKey: query,
  operationName: undefined,
  variables: { value },
})
const QUERY = 'query ($value: Any) { echo(value: $value) }'
const SUBSCRIPTION = 'subscription ($value: Any) { echoes(value: $value) }'
const REFUSED = {
  errors: [{ message: 'The variables are nested too deeply.', extensions: { code: 'INVALID_INPUT' } }],
}

test.each([
  ['lists', nested(501)],
  ['objects', inObjects(501)],
  ['more lists than a stack holds', nested(100_000)],
])('variables that are nested too deeply are the fault of the caller: %s', async (_, value) => {
  expect(await engine.execute(operation(QUERY, value), testRequest())).toMatchObject(REFUSED)
  expect(await engine.admit(operation(SUBSCRIPTION, value), testRequest())).toMatchObject(REFUSED)
  expect(graph.fetched).toEqual([])
})

test.each([
  ['lists', nested(500)],
  ['objects', inObjects(500)],
])('variables as deep as may be are taken: %s', async (_, value) => {
  expect(await engine.execute(operation(QUERY, value), testRequest())).toEqual({ data: { echo: 1 } })
  expect(await engine.admit(operation(SUBSCRIPTION, value), testRequest())).toMatchObject({ isResumable: false })
  graph.fetched.length = 0
})
