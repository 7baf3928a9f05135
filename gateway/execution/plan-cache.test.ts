import { afterAll, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { systemClock } from '../../platform/clock/clock.ts'
import { silentLog } from '../../platform/log/log.ts'
import { createMetrics } from '../../platform/metrics/metrics.ts'
import { federatedGraph, testRequest } from '../../test/testkit/federated-graph.ts'
import { shopSubgraphs } from '../../test/testkit/graphs/shop.ts'
import { loadSupergraph } from '../supergraph/load-supergraph.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { BoundedCache } from './bounded-cache.ts'
import { createEngine, type Engine, type EngineOptions } from './engine.ts'

const graph = federatedGraph(shopSubgraphs)
const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })
afterAll(() => loaded.stop())

const engineWith = (options: Partial<EngineOptions> = {}): Engine =>
  createEngine({
    supergraph: loaded.current(),
    transportOf: graph.transports,
    onSubgraphErrors: () => undefined,
    clock: systemClock,
    ...options,
  })

const operation = (query: string) => ({
  document: parse(query, { noLocation: true }),
  documentKey: query,
  operationName: undefined,
  variables: {},
})

/** The same supergraph, saying how often it has planned; each plan waits until it may. */
const counting = (may: Promise<void> = Promise.resolve()) => {
  let plans = 0
  const supergraph: Supergraph = {
    ...loaded.current(),
    plan: async (document, drawn) => {
      plans++
      await may
      return loaded.current().plan(document, drawn)
    },
  }
  return { supergraph, plans: () => plans }
}

test('weighs what it keeps, and keeps no more than its limit', () => {
  const cache = new BoundedCache<number>(10, (weight) => weight)
  cache.set('a', 4)
  cache.set('b', 5)
  cache.set('a', 6)
  expect([cache.get('b'), cache.get('a'), cache.weight]).toEqual([undefined, 6, 6])
  cache.set('c', 100)
  expect([cache.size, cache.weight]).toEqual([1, 100])
})

test('compiled operations take no more bytes than they may, however many there are', async () => {
  const metrics = createMetrics()
  const engine = engineWith({ planCacheBytes: 1_000_000, metrics })
  for (let count = 0; count < 120; count++) {
    const { data } = await engine.execute(operation(`{ me { n${count}: name } }`), testRequest())
    expect(JSON.stringify(data)).toBe(`{"me":{"n${count}":"Ada"}}`)
  }
  expect(engine.seen().length).toBeGreaterThan(10)
  expect(engine.seen().length).toBeLessThan(100)
  const { text } = await metrics.exposition()
  const bytes = Number(/gpuaas_plan_cache\{kind="bytes"\} (\d+)/.exec(text)?.[1])
  expect(bytes).toBeGreaterThan(500_000)
  expect(bytes).toBeLessThanOrEqual(1_000_000)
})

test('a compiled operation weighs its text, however little it says', async () => {
  const engine = engineWith({ planCacheBytes: 1_000_000 })
  for (const query of ['{ me { a: name } }', '{ me { b: name } }']) {
    const document = parse(query.padEnd(600_000))
    await engine.execute({ ...operation(query), document }, testRequest())
  }
  expect(engine.seen().map(({ documentKey }) => documentKey)).toEqual(['{ me { b: name } }'])
})

test('an operation that many send at once is planned once', async () => {
  let open = (): void => undefined
  const { supergraph, plans } = counting(new Promise((resolve) => (open = resolve)))
  const engine = engineWith({ supergraph })
  const answers = Array.from({ length: 20 }, async () => engine.execute(operation('{ me { name } }'), testRequest()))
  open()
  expect(new Set((await Promise.all(answers)).map(({ data }) => JSON.stringify(data)))).toEqual(
    new Set(['{"me":{"name":"Ada"}}']),
  )
  await engine.execute(operation('{ me { name } }'), testRequest())
  expect(plans()).toBe(1)
})

test('a plan that fails fails those who waited for it, and is tried again', async () => {
  let plans = 0
  const supergraph: Supergraph = {
    ...loaded.current(),
    plan: (document) => (plans++ === 0 ? Promise.reject(new Error('no memory')) : loaded.current().plan(document)),
  }
  const engine = engineWith({ supergraph })
  const send = () => engine.execute(operation('{ me { name } }'), testRequest())
  const failed = await Promise.all([send(), send()])
  expect(failed.map(({ errors }) => errors?.[0]?.extensions['code'])).toEqual(['INTERNAL', 'INTERNAL'])
  expect(JSON.stringify((await send()).data)).toBe('{"me":{"name":"Ada"}}')
  expect(plans).toBe(2)
})

test('an engine learns from the one before it what will be asked; what does not fit any more is left out', async () => {
  const before = engineWith()
  for (const query of ['{ me { name } }', '{ products { title } }'])
    await before.execute(operation(query), testRequest())
  const { supergraph, plans } = counting()
  const after = engineWith({ supergraph })
  await after.warm([operation('{ me { gone } }'), ...before.seen()])
  expect(plans()).toBe(2)
  expect(after.seen().map(({ documentKey }) => documentKey)).toEqual(['{ me { name } }', '{ products { title } }'])
  await after.execute(operation('{ products { title } }'), testRequest())
  expect(plans()).toBe(2)
})
