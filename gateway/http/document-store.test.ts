import { expect, test } from '@jest/globals'
import type { ApolloServerPlugin } from '@apollo/server'
import { startGateway } from '../../test/testkit/gateway.ts'
import { createTicker } from '../../test/testkit/graphs/ticker.ts'
import type { GatewayContext } from './apollo.ts'

test('what Apollo Server keeps is bounded by the length of the texts, however little they say', async () => {
  let parsed = 0
  const counting: ApolloServerPlugin<GatewayContext> = {
    requestDidStart: () =>
      Promise.resolve({
        parsingDidStart: () => {
          parsed++
          return Promise.resolve()
        },
      }),
  }
  const { gateway, ask } = await startGateway(createTicker().subgraphs, { plugins: [counting] })
  const send = async (index: number): Promise<void> => {
    const { status } = await ask({ query: `{ a${String(index)}: open }`.padEnd(1_000_000) })
    expect(status).toBe(200)
  }
  await send(0)
  await send(0)
  expect(parsed).toBe(1)
  for (let index = 1; index <= 35; index++) await send(index)
  await send(0)
  expect(parsed).toBe(37)
  await gateway.stop(0)
})
