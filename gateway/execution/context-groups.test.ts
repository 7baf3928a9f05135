import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    pages: {
      typeDefs: `
        type Query { reader: Reader }
        type Subscription { moved: Reader }
        type Reader @key(fields: "id") @context(name: "reader") { id: ID! city: String card: Card }
        type Card @key(fields: "id") { id: ID! weather(city: String @fromContext(field: "$reader { city }")): String }`,
      resolvers: {
        Subscription: {
          moved: {
            subscribe: async function* () {
              for (const city of ['Rome', 'York'])
                yield await Promise.resolve({ moved: { id: 'r', city, card: { id: 'c' } } })
            },
          },
        },
        Card: { weather: (_: unknown, { city }: { city?: string }) => `at ${String(city)}` },
      },
    },
  })
})
afterAll(() => gateway.gateway.stop(0))

test('each event of a subscription is completed with its own context', async () => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { moved { card { weather } } }' }),
  })
  const events = [...(await response.text()).matchAll(/^data: (\{.*\})$/gm)].map(([, event]) => event)
  expect(events).toEqual(
    ['at Rome', 'at York'].map((weather) => JSON.stringify({ data: { moved: { card: { weather } } } })),
  )
})
