import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { testRequest } from '../../test/testkit/federated-graph.ts'
import { HeldSubscription } from './held-subscription.ts'

test('a subscription that cannot even be asked for is over', async () => {
  let ends = 0
  const operation = 'subscription { tick }'
  const subscription = new HeldSubscription({
    socket: { subscribe: () => () => undefined },
    name: 'ticker',
    sign: () => Promise.reject(new Error('no key')),
    reconnectForMs: 1000,
    connectedAt: () => undefined,
    first: {
      fetch: { subgraph: 'ticker', operation, operationName: undefined, document: parse(operation) },
      variables: {},
    },
    request: testRequest(),
    resumption: undefined,
    onEnd: () => ends++,
  })
  await expect(subscription.open()).rejects.toThrow('no key')
  expect(ends).toBe(1)
})
