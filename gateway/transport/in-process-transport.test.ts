import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { buildSchema, parse } from 'graphql'
import { currentCancellation } from '../../platform/cancellation/cancellation.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { testRequest } from '../../test/testkit/federated-graph.ts'
import { inProcessTransport } from './in-process-transport.ts'
import type { PreparedFetch } from './transport.ts'

const schema = buildSchema('type Query { who: String slow: String } type Subscription { ticks: Int }')
const prepared = (operation: string): PreparedFetch => ({
  subgraph: 's',
  operation,
  operationName: undefined,
  document: parse(operation),
})
const WHO = prepared('{ who }')

const query = schema.getQueryType()?.getFields()
if (query?.['who']) query['who'].resolve = (_, __, { id }: { id: number }) => `context ${id}`
if (query?.['slow']) query['slow'].resolve = () => new Promise<string>(() => undefined)
const ticks = schema.getSubscriptionType()?.getFields()['ticks']
if (ticks) {
  ticks.subscribe = async function* () {
    yield { ticks: 1 }
    yield { ticks: 2 }
  }
  ticks.resolve = ({ ticks: count }: { ticks: number }, _, { id }: { id: number }) => count * 100 + id
}

const arrange = () => {
  let made = 0
  const context = jest.fn(() => ({ id: ++made }))
  return { context, transport: inProcessTransport({ name: 's', schema, context, timeoutMs: 50 }) }
}

test('the fetches of one operation share a context; those of two never do', async () => {
  const { transport, context } = arrange()
  const request = testRequest()
  const answers = await Promise.all([1, 2, 3].map(async () => transport.execute(WHO, {}, request)))
  expect(answers.map(({ data }) => data?.['who'])).toEqual(['context 1', 'context 1', 'context 1'])
  expect((await transport.execute(WHO, {}, testRequest())).data).toEqual({ who: 'context 2' })
  expect(context).toHaveBeenCalledTimes(2)
})

test('two subgraphs never share a context', async () => {
  const [one, two] = [arrange(), arrange()]
  const request = testRequest()
  await one.transport.execute(WHO, {}, request)
  await two.transport.execute(WHO, {}, request)
  expect([one.context.mock.calls.length, two.context.mock.calls.length]).toEqual([1, 1])
})

test('a context that cannot be made fails the fetch', async () => {
  const context = () => {
    throw catalogued('UNAUTHENTICATED')
  }
  const transport = inProcessTransport({ name: 's', schema, context, timeoutMs: 50 })
  await expect(transport.execute(WHO, {}, testRequest())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})

test('a fetch that takes too long, or whose request is given up, is not waited for', async () => {
  const { transport } = arrange()
  await expect(transport.execute(prepared('{ slow }'), {}, testRequest())).rejects.toMatchObject({
    code: 'SUBGRAPH_TIMEOUT',
  })
  const controller = new AbortController()
  const waiting = transport.execute(prepared('{ slow }'), {}, testRequest({ signal: controller.signal }))
  controller.abort(catalogued('REQUEST_TIMEOUT'))
  await expect(waiting).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
})

describe('what fetches of one operation wait for together', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  /** A loader of the operation: whoever asks first begins what all wait for. */
  const begin = () => {
    jest.useFakeTimers()
    const batch = Promise.withResolvers<string>()
    const cancelled: Error[] = []
    const cancel = (reason: Error): void => {
      cancelled.push(reason)
      batch.reject(reason)
    }
    const shared = buildSchema('type Query { load: String }')
    const load = shared.getQueryType()?.getFields()['load']
    if (load) {
      load.resolve = (_, __, context: { batch?: Promise<string> }) => {
        if (!context.batch) currentCancellation()?.enter({ cancel })
        return (context.batch ??= batch.promise)
      }
    }
    const transport = inProcessTransport({ name: 's', schema: shared, context: () => ({}), timeoutMs: 50 })
    const controller = new AbortController()
    const request = testRequest({ signal: controller.signal })
    const ask = (): Promise<unknown> =>
      Promise.resolve(transport.execute(prepared('{ load }'), {}, request)).catch((error: unknown) => error)
    return { batch, cancelled, controller, ask }
  }

  test('goes on for those that have time left when one has not', async () => {
    const { batch, cancelled, ask } = begin()
    const first = ask()
    await jest.advanceTimersByTimeAsync(30)
    const second = ask()
    await jest.advanceTimersByTimeAsync(20)
    expect(await first).toMatchObject({ code: 'SUBGRAPH_TIMEOUT' })
    expect(cancelled).toEqual([])
    batch.resolve('loaded')
    expect(await second).toMatchObject({ data: { load: 'loaded' } })
  })

  test('ends when the last of them has had its time', async () => {
    const { cancelled, ask } = begin()
    const both = [ask()]
    await jest.advanceTimersByTimeAsync(30)
    both.push(ask())
    await jest.advanceTimersByTimeAsync(50)
    expect(await Promise.all(both)).toMatchObject([{ code: 'SUBGRAPH_TIMEOUT' }, { code: 'SUBGRAPH_TIMEOUT' }])
    expect(cancelled).toMatchObject([{ code: 'SUBGRAPH_TIMEOUT' }])
  })

  test('ends when the request is gone', async () => {
    const { cancelled, controller, ask } = begin()
    const both = [ask(), ask()]
    controller.abort(catalogued('REQUEST_CANCELLED'))
    expect(await Promise.all(both)).toMatchObject([{ code: 'REQUEST_CANCELLED' }, { code: 'REQUEST_CANCELLED' }])
    expect(cancelled).toMatchObject([{ code: 'REQUEST_CANCELLED' }])
  })
})

test('each event of a subscription has a context of its own', async () => {
  const { transport } = arrange()
  const events: unknown[] = []
  for await (const { data } of await transport.subscribe(prepared('subscription { ticks }'), {}, testRequest()))
    events.push(data?.['ticks'])
  expect(events).toEqual([102, 203])
})
