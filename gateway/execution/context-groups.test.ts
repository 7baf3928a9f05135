import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    pages: {
      typeDefs: `
        type Query { reader: Reader }
        type Room @key(fields: "id") { id: ID! size: Int @external }
        type Subscription { moved: Reader }
        type Reader @key(fields: "id") @context(name: "reader") { id: ID! city: String card: Card rooms: [Room!] }
        type Card @key(fields: "id") { id: ID! weather(city: String @fromContext(field: "$reader { city }")): String shape(sizes: [Int] @fromContext(field: "$reader { rooms { size } }")): String }`,
      resolvers: {
        Query: { reader: () => ({ id: 'r', rooms: [{ id: 'kitchen' }, { id: 'cellar' }], card: { id: 'c' } }) },
        Subscription: {
          moved: {
            subscribe: async function* () {
              for (const city of ['Rome', 'York'])
                yield await Promise.resolve({ moved: { id: 'r', city, card: { id: 'c' } } })
            },
          },
        },
        Card: {
          weather: (_: unknown, { city }: { city?: string }) => `at ${String(city)}`,
          shape: (_: unknown, { sizes }: { sizes?: unknown }) => JSON.stringify(sizes),
        },
      },
    },
    measures: {
      typeDefs: 'type Query { unit: String } type Room @key(fields: "id") { id: ID! size: Int }',
      resolvers: {
        Room: {
          __resolveReference: ({ id }: { id: string }) => {
            if (id === 'cellar') throw new Error('not measured')
            return { id, size: 4 }
          },
        },
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

test('nobody is told a list of which one could not be fetched', async () => {
  const before = gateway.graph.sent.length
  const answer = await gateway.ask({ query: '{ reader { card { id shape } } }' })
  expect(answer.data).toEqual({ reader: { card: { id: 'c', shape: null } } })
  expect(gateway.graph.sent.slice(before).map(({ subgraph }) => subgraph)).toEqual(['pages', 'measures'])
})
