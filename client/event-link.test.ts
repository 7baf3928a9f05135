import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, expect, test } from '@jest/globals'
import { until } from '../test/testkit/until.ts'
import { createGraphClient } from './index.js'
import { startScriptedServer, type Script } from './testkit/scripted-server.ts'
import type { ConnectionState, GraphClientOptions } from './types.d.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const arrange = async (script: Script, options: Partial<GraphClientOptions> = {}) => {
  const server = await startScriptedServer(script)
  const client = createGraphClient({ url: server.url, backoff: { baseMs: 2, maxMs: 20 }, ...options })
  const states: ConnectionState[] = []
  client.onState((state) => states.push(state))
  undo.push(
    () => server.close(),
    () => client.close(),
  )
  return { client, states }
}

const begin = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
const next = (response: ServerResponse, data: unknown): boolean =>
  response.write(`event: next\ndata: ${JSON.stringify({ data })}\n\n`)

const bodyOf = async (request: IncomingMessage): Promise<{ query: string; variables: Record<string, unknown> }> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString()) as { query: string; variables: Record<string, unknown> } // our client's
}

interface Counted {
  readonly n: number
}
const COUNT = 'subscription ($after: String) { n }'
const resume = { variable: 'after', cursorOf: ({ n }: Counted) => n.toString() }

test('a stream that is cut is asked on from its cursor, with the token, as a request of its own', async () => {
  const asked: unknown[] = []
  const { client } = await arrange(
    {
      http: (request, response) => {
        void bodyOf(request).then(({ variables }) => {
          asked.push([request.headers.accept, request.headers.authorization, variables])
          const from = Number(variables['after'] ?? 0)
          begin(response)
          next(response, { n: from + 1 })
          next(response, { n: from + 2 })
          response.end(asked.length === 3 ? 'event: complete\ndata:\n\n' : '')
        })
      },
    },
    { transport: 'sse', token: () => 'token' },
  )
  const all: number[] = []
  for await (const { data } of client.subscribe<Counted>(COUNT, { resume })) all.push(data.n)
  expect(all).toEqual([1, 2, 3, 4, 5, 6])
  const headers = ['text/event-stream', 'Bearer token']
  expect(asked).toEqual([
    [...headers, {}],
    [...headers, { after: '2' }],
    [...headers, { after: '4' }],
  ])
})

test('where WebSockets are blocked, events are used by themselves', async () => {
  const { client, states } = await arrange({
    http: (_, response) => void next(begin(response), { n: 1 }),
    initialised: ({ socket }) => socket.terminate(),
  })
  expect((await client.subscribe<Counted>(COUNT).next()).value).toMatchObject({ data: { n: 1 } })
  expect(client.state).toEqual({ status: 'open', transport: 'sse' })
  const tried = states.filter(({ status }) => status === 'connecting')
  expect(tried).toMatchObject([{ transport: 'websocket' }, { transport: 'websocket' }, { transport: 'sse' }])
})

test('an operation that is refused ends by itself', async () => {
  const errors = [{ message: 'no', extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false } }]
  const { client } = await arrange(
    { http: (_, response) => void response.writeHead(400).end(JSON.stringify({ errors })) },
    { transport: 'sse' },
  )
  await expect(client.subscribe(COUNT).next()).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' })
})

test('401 gets another token; 503 waits for as long as it says; 404 everywhere is the end', async () => {
  const times: number[] = []
  const { client } = await arrange(
    {
      http: ({ headers }, response) => {
        times.push(performance.now())
        if (headers.authorization === 'Bearer token-1') response.writeHead(401).end()
        else if (times.length === 2) response.writeHead(503, { 'retry-after': '1' }).end()
        else next(begin(response), { n: 1 })
      },
    },
    { transport: 'sse', token: ({ refused }) => (refused === undefined ? 'token-1' : 'token-2') },
  )
  await client.subscribe<Counted>(COUNT).next()
  expect(times).toHaveLength(3)
  expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThan(950)

  const none = await arrange({
    http: (_, response) => void response.writeHead(404).end(),
    initialised: ({ socket }) => socket.close(4406, 'no such subprotocol'),
  })
  await expect(none.client.subscribe(COUNT).next()).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
})

test('leaving a stream ends its request', async () => {
  const ends: string[] = []
  const { client } = await arrange(
    {
      http: (request, response) => {
        response.on('close', () => ends.push('closed'))
        void bodyOf(request).then(() => next(begin(response), { n: 1 }))
      },
    },
    { transport: 'sse' },
  )
  for await (const _ of client.subscribe(COUNT)) break
  await until('the request has ended', () => ends.length === 1)
})
