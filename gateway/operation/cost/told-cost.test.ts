import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ApolloServerPlugin } from '@apollo/server'
import type { GatewayContext } from '../../http/apollo.ts'
import { startGateway, type TestGateway } from '../../../test/testkit/gateway.ts'
import { shopSubgraphs } from '../../../test/testkit/graphs/shop.ts'
import { createTicker } from '../../../test/testkit/graphs/ticker.ts'
import { connectSocket } from '../../../test/testkit/raw-socket.ts'
import { until } from '../../../test/testkit/until.ts'

const LIMIT = 200
const running: TestGateway[] = []
let shop: TestGateway
beforeAll(async () => {
  shop = await startGateway(shopSubgraphs, { tellsCost: true, limits: { maxCost: LIMIT } })
  running.push(shop)
})
afterAll(() => Promise.all(running.map(({ gateway }) => gateway.stop(0))))

const costOf = async (body: unknown, gateway = shop): Promise<unknown> => {
  const { text } = await gateway.ask(body)
  return (JSON.parse(text) as { extensions?: unknown }).extensions // an answer, or none of what is looked for
}

test('an answer says what its operation costs and what one may cost, the first time and every time', async () => {
  const ten = { cost: { requested: 10, limit: LIMIT } }
  for (let turn = 0; turn < 3; turn++) expect(await costOf({ query: '{ products { upc } }' })).toEqual(ten)
  const query = 'query ($with: Boolean!) { plan products @include(if: $with) { upc } }'
  expect(await costOf({ query, variables: { with: true } })).toEqual(ten)
  expect(await costOf({ query, variables: { with: false } })).toEqual({ cost: { requested: 0, limit: LIMIT } })
})

test('an operation that costs too much says so in the same place as any other', async () => {
  const query = '{ me { reviews { author { reviews { author { id } } } } } }'
  const answer = await shop.ask({ query })
  const [refused] = answer.errors
  expect(refused?.extensions).toMatchObject({ code: 'OPERATION_TOO_COSTLY', limit: LIMIT })
  expect(await costOf({ query })).toEqual({ cost: { requested: refused?.extensions['requested'], limit: LIMIT } })
})

test('nothing is said of what never became an operation', async () => {
  expect(await costOf({ query: '{ nothing }' })).toBeUndefined()
  expect(await costOf({ query: 'query ($upc: ID!) { product(upc: $upc) { upc } }' })).toBeUndefined()
})

test('a gateway that is not told to tell says nothing', async () => {
  const silent = await startGateway(shopSubgraphs)
  running.push(silent)
  for (let turn = 0; turn < 2; turn++)
    expect((await silent.ask({ query: '{ plan }' })).text).toBe('{"data":{"plan":"north first"}}')
})

test('plugins of Apollo may add to it, for one answer', async () => {
  const plugin: ApolloServerPlugin<GatewayContext> = {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ response: { body } }) => {
          if (body.kind === 'single' && body.singleResult.extensions) body.singleResult.extensions['more'] = true
          return Promise.resolve()
        },
      }),
  }
  const listening = await startGateway(shopSubgraphs, { tellsCost: true, plugins: [plugin] })
  running.push(listening)
  for (let turn = 0; turn < 2; turn++)
    expect(await costOf({ query: '{ products { upc } }' }, listening)).toEqual({
      cost: { requested: 10, limit: 1_000_000 },
      more: true,
    })
})

test('over WebSocket a query says it, and the events of a subscription do not repeat it', async () => {
  const ticker = createTicker()
  const gateway = await startGateway(ticker.subgraphs, { tellsCost: true })
  running.push(gateway)
  const socket = await connectSocket(gateway.url)
  socket.send({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } })
  expect((await socket.message(1)).payload).toEqual({
    data: { __typename: 'Query' },
    extensions: { cost: { requested: 0, limit: 1_000_000 } },
  })
  socket.send({ id: '2', type: 'subscribe', payload: { query: 'subscription { tick { at } }' } })
  await until('the subgraph streams', () => ticker.open() === 1)
  ticker.push('a')
  expect((await socket.message(3)).payload).toEqual({ data: { tick: { at: 1 } } })
})
