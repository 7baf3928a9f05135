import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { testRequest } from '../../test/testkit/federated-graph.ts'
import { HeldSubscription, type HeldSubscriptionParts } from './held-subscription.ts'

interface Held {
  readonly subscription: HeldSubscription
  readonly ends: () => number
}

const held = (parts: Pick<HeldSubscriptionParts, 'sign' | 'socket'>): Held => {
  let ends = 0
  const operation = 'subscription { tick }'
  const subscription = new HeldSubscription({
    ...parts,
    name: 'ticker',
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
  return { subscription, ends: () => ends }
}

test('a subscription that cannot even be asked for is over', async () => {
  const { subscription, ends } = held({
    socket: { subscribe: () => () => undefined },
    sign: () => Promise.reject(new Error('no key')),
  })
  await expect(subscription.open()).rejects.toThrow('no key')
  expect(ends()).toBe(1)
})

test.each([
  ['a list of errors', [{ message: 'no', extensions: { code: 'PROJECT_ACCESS_DENIED' } }], 'PROJECT_ACCESS_DENIED'],
  ['what is no list of errors', { message: 'no' }, 'SUBGRAPH_INVALID_RESPONSE'],
])('a subgraph that refuses by %s is not asked again', async (_, payload, code) => {
  let asked = 0
  const { subscription } = held({
    socket: {
      subscribe: (_, sink) => {
        asked++
        queueMicrotask(() => sink.refused(payload))
        return () => undefined
      },
    },
    sign: undefined,
  })
  const events = await subscription.open()
  await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code })
  expect(asked).toBe(1)
})
