import { afterEach, expect, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { until } from '../test/testkit/until.ts'
import { createGraphClient } from './index.js'
import { startScriptedServer, type Script, type ScriptedServer, type Visit } from './testkit/scripted-server.ts'
import type { ConnectionState, GraphClient, GraphClientOptions, TokenRequest } from './types.d.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const arrange = async (
  script: Script,
  options: Partial<GraphClientOptions> = {},
): Promise<{ server: ScriptedServer; client: GraphClient; states: ConnectionState[] }> => {
  const server = await startScriptedServer(script)
  const client = createGraphClient({ url: server.url, backoff: { baseMs: 2, maxMs: 20 }, ...options })
  const states: ConnectionState[] = []
  client.onState((state) => states.push(state))
  undo.push(
    () => server.close(),
    () => client.close(),
  )
  return { server, client, states }
}

const read = (client: GraphClient): Promise<IteratorResult<unknown, undefined>> =>
  client.subscribe('subscription { s }').next()

/** Answers a subscription with one event, from the nth connection on. */
const answerFrom =
  (nth: number, otherwise: (visit: Visit) => void): NonNullable<Script['initialised']> =>
  (visit, number) => {
    if (number < nth) return otherwise(visit)
    visit.socket.send('{"type":"connection_ack"}')
    visit.socket.send('{"type":"next","id":"1","payload":{"data":{"s":1}}}')
  }

test.each([1001, 1011, 1012, 1013, 4408, 4500])('close code %d is tried again', async (code) => {
  const { client, states } = await arrange({ initialised: answerFrom(3, ({ socket }) => socket.close(code, 'why')) })
  expect(await read(client)).toMatchObject({ value: { data: { s: 1 } } })
  const waits = states.filter(({ status }) => status === 'waiting')
  expect(waits).toEqual([
    { status: 'waiting', attempt: 1, retryAt: expect.any(Date), reason: { code, text: 'why' } },
    { status: 'waiting', attempt: 2, retryAt: expect.any(Date), reason: { code, text: 'why' } },
  ])
})

test.each([1002, 1008, 1009, 4400, 4401, 4409, 4777])('close code %d is the end, and says so', async (code) => {
  const { server, client } = await arrange({ acknowledged: ({ socket }) => socket.close(code, 'never') })
  await expect(read(client)).rejects.toMatchObject({ code: 'CONNECTION_REFUSED', extensions: { closeCode: code } })
  expect(server.visits).toHaveLength(1)
  expect(client.state).toEqual({ status: 'closed', reason: { code, text: 'never' } })
})

test('after 4429 it waits longer than after a loss', async () => {
  const { server, client } = await arrange({ initialised: answerFrom(2, ({ socket }) => socket.close(4429, 'many')) })
  await read(client)
  const [first, second] = server.visits
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(950)
})

test('after 4403 another token is asked for, and the one that was refused is named', async () => {
  const requests: TokenRequest[] = []
  const token = (request: TokenRequest): string => `token-${requests.push(request).toString()}`
  const { server, client } = await arrange(
    { initialised: answerFrom(2, ({ socket }) => socket.close(4403, 'expired')) },
    { token },
  )
  await read(client)
  expect(requests).toEqual([{ refused: undefined }, { refused: 'token-1' }])
  expect(server.visits.map(({ init }) => init)).toEqual([
    { authorization: 'Bearer token-1' },
    { authorization: 'Bearer token-2' },
  ])
})

test('a refused token that is given again ends it; so do too many refusals in a row', async () => {
  const refuse: Script = { initialised: ({ socket }) => socket.close(4403, 'no') }
  const same = await arrange(refuse, { token: () => Promise.resolve('the same') })
  await expect(read(same.client)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(same.server.visits).toHaveLength(1)

  let given = 0
  const others = await arrange(refuse, { token: () => `token-${(given += 1).toString()}` })
  await expect(read(others.client)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(others.server.visits).toHaveLength(4)

  const nobody = await arrange(refuse)
  await expect(read(nobody.client)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(nobody.server.visits).toHaveLength(1)
})

test('a token function that fails is asked again: its provider may be away for a while', async () => {
  let asked = 0
  const { client, states } = await arrange(
    { initialised: answerFrom(1, () => undefined) },
    {
      token: () => {
        asked += 1
        if (asked < 3) throw new Error('the provider is away')
        return 'token'
      },
    },
  )
  await read(client)
  expect(states).toContainEqual(
    expect.objectContaining({ reason: { code: 0, text: 'There is no token: the provider is away' } }),
  )
})

test('a server that never acknowledges is left', async () => {
  const { server, client } = await arrange(
    { initialised: answerFrom(2, () => undefined) },
    { connectTimeoutMs: 100, transport: 'websocket' },
  )
  await read(client)
  expect(server.visits).toHaveLength(2)
})

test('a server that sends no JSON is left, and tried again', async () => {
  const { client } = await arrange({ initialised: answerFrom(2, ({ socket }) => socket.send('{"type":')) })
  expect(await read(client)).toMatchObject({ done: false })
})

test('an error that may pass is tried again on the same connection; one that does not ends the subscription alone', async () => {
  let executions = 0
  const { server, client } = await arrange({
    message: ({ socket }, { type, id, payload }) => {
      if (type !== 'subscribe') return
      const isFatal = String(payload?.['query']).includes('fatal')
      executions += isFatal ? 0 : 1
      const code = isFatal ? 'CAPABILITY_REQUIRED' : 'SUBGRAPH_UNAVAILABLE'
      const extensions = { code, retryable: !isFatal, correlationId: 'abc', docsUrl: 'https://docs.example/#c' }
      if (isFatal || executions < 3) {
        socket.send(JSON.stringify({ type: 'error', id, payload: [{ message: 'no', path: ['s'], extensions }] }))
      } else socket.send(JSON.stringify({ type: 'next', id, payload: { data: { s: 3 } } }))
    },
  })
  const passing = read(client)
  await expect(client.subscribe('subscription { fatal }').next()).rejects.toMatchObject({
    code: 'CAPABILITY_REQUIRED',
    correlationId: 'abc',
    docsUrl: 'https://docs.example/#c',
    path: ['s'],
  })
  expect(await passing).toMatchObject({ value: { data: { s: 3 } } })
  expect(server.visits).toHaveLength(1)
})

test('UNAUTHENTICATED in a subscription gets a new token, and the subscription goes on', async () => {
  let given = 0
  const { server, client } = await arrange(
    {
      message: ({ socket, init }, { type, id }) => {
        if (type !== 'subscribe') return
        const extensions = { code: 'UNAUTHENTICATED', retryable: false }
        const isOld = JSON.stringify(init).includes('token-1')
        if (isOld) socket.send(JSON.stringify({ type: 'error', id, payload: [{ message: 'no', extensions }] }))
        else socket.send(JSON.stringify({ type: 'next', id, payload: { data: { s: 1 } } }))
      },
    },
    { token: () => `token-${(given += 1).toString()}` },
  )
  expect(await read(client)).toMatchObject({ value: { data: { s: 1 } } })
  expect(server.visits).toHaveLength(2)
})

test('the stream of a server that completes it ends', async () => {
  const { client } = await arrange({
    message: ({ socket }, { type, id }) => {
      if (type !== 'subscribe') return
      socket.send(JSON.stringify({ type: 'next', id, payload: { data: { s: 1 } } }))
      socket.send(JSON.stringify({ type: 'complete', id }))
    },
  })
  const all: unknown[] = []
  for await (const { data } of client.subscribe('subscription { s }')) all.push(data)
  expect(all).toEqual([{ s: 1 }])
})

test('a wait ends when nobody waits any more', async () => {
  const { server, client } = await arrange(
    { initialised: ({ socket }) => socket.close(1012) },
    { backoff: { baseMs: 60_000, maxMs: 60_000 }, random: () => 1 },
  )
  const subscription = client.subscribe('subscription { s }')
  const reading = subscription.next()
  await until('it waits', () => client.state.status === 'waiting')
  await subscription.return()
  expect(await reading).toEqual({ done: true, value: undefined })
  await until('it is idle', () => client.state.status === 'idle')
  expect(server.visits).toHaveLength(1)
})

test('the `WebSocket` of `ws` will do, for a Node without one', async () => {
  const { client } = await arrange({ initialised: answerFrom(2, ({ socket }) => socket.close(1012)) }, { WebSocket })
  expect(await read(client)).toMatchObject({ done: false })
})

test('a listener of the state that leaves hears no more', async () => {
  const { client } = await arrange({ initialised: answerFrom(1, () => undefined) })
  const heard: string[] = []
  const leave = client.onState(({ status }) => heard.push(status))
  await read(client)
  leave()
  await client.close()
  expect(heard).toEqual(['connecting', 'open'])
})
