import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl'
import { buildSchema } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { silentLog } from '../platform/log/log.ts'
import { until } from '../test/testkit/until.ts'
import { createGraphqlStack, type GraphqlStack } from './graphql-stack.ts'

interface Caller {
  readonly who: string
}

const hooks: string[] = []
const recording: ApolloServerPlugin<Caller> = {
  requestDidStart: ({ contextValue }) => {
    hooks.push(`start ${contextValue.who}`)
    return Promise.resolve({
      didResolveOperation: ({ operationName }) => {
        hooks.push(`resolved ${String(operationName)}`)
        return Promise.resolve()
      },
      willSendResponse: ({ response }) => {
        hooks.push('send')
        response.http.headers.set('x-by-plugin', 'yes')
        return Promise.resolve()
      },
    })
  },
}

let stack: GraphqlStack
let url: string
beforeAll(async () => {
  const apollo = new ApolloServer<Caller>({
    typeDefs: `
      directive @cacheControl(maxAge: Int) on FIELD_DEFINITION
      type Query { me: String @cacheControl(maxAge: 60) }
      type Subscription { count(to: Int!): Int }`,
    resolvers: {
      Query: { me: (_, __, { who }: Caller) => who },
      Subscription: {
        count: {
          subscribe: async function* (_: unknown, { to }: { to: number }) {
            for (let count = 1; count <= to; count++) yield await Promise.resolve({ count })
          },
        },
      },
    },
    plugins: [recording, ApolloServerPluginCacheControl()],
  })
  stack = await createGraphqlStack({
    apollo,
    context: ({ headers, connectionParams }) =>
      Promise.resolve({ who: JSON.stringify(connectionParams?.['who'] ?? headers['x-who']).replaceAll('"', '') }),
    log: silentLog,
  })
  const address = await stack.listen(0, '127.0.0.1')
  url = `${address.url}/graphql`
})
afterAll(() => stack.stop())

test('over HTTP any server and its plugins work unchanged, with the media types of the gateway', async () => {
  hooks.length = 0
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', 'x-who': 'ada' },
    body: JSON.stringify({ query: 'query Me { me }' }),
  })
  expect(await response.json()).toEqual({ data: { me: 'ada' } })
  expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8')
  expect(response.headers.get('x-by-plugin')).toBe('yes')
  expect(response.headers.get('cache-control')).toBe('max-age=60, public')
  expect(hooks).toEqual(['start ada', 'resolved Me', 'send'])
  const refused = await fetch(url, { headers: { accept: 'text/csv' } })
  expect(refused.status).toBe(406)
})

test('over WebSocket queries pass the same plugins, and subscriptions stream', async () => {
  hooks.length = 0
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { who: 'bob' },
  })
  const all = async (query: string): Promise<unknown[]> => {
    const events: unknown[] = []
    for await (const event of client.iterate({ query })) events.push(event)
    return events
  }
  expect(await all('query Me { me }')).toEqual([{ data: { me: 'bob' } }])
  expect(hooks).toEqual(['start bob', 'resolved Me', 'send'])
  expect(await all('subscription { count(to: 2) }')).toEqual([{ data: { count: 1 } }, { data: { count: 2 } }])
  expect(await all('{ nothing }')).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }])
  await client.dispose()
})

test('a page of another site opens no WebSocket, whatever it brings; its own page and programs do', async () => {
  const open = (origin: string | undefined): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(
        url.replace('http', 'ws'),
        'graphql-transport-ws',
        origin === undefined ? {} : { origin },
      )
      socket.once('open', () => {
        resolve('open')
        socket.terminate()
      })
      socket.once('error', ({ message }) => resolve(message))
    })
  expect(await open('https://evil.example')).toContain('401')
  expect([await open(new URL(url).origin), await open(undefined)]).toEqual(['open', 'open'])
})

test('what is no request is refused as the gateway does: by a code of the catalogue and a correlation id', async () => {
  const ask = async (init: RequestInit): Promise<unknown> => {
    const response = await fetch(url, init)
    const { errors } = (await response.json()) as { errors: { extensions: object }[] } // the catalogue's form
    return { status: response.status, ...errors[0]?.extensions }
  }
  const correlationId = expect.any(String) as unknown
  const type = (name: string) => ({ 'content-type': name })
  const post = { method: 'POST', headers: type('application/json') }
  expect(await ask({ ...post, body: '{' })).toMatchObject({ status: 400, code: 'INVALID_JSON', correlationId })
  expect(await ask({ method: 'DELETE' })).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
})

test('a client that asks without end and reads nothing is not read any more, until it reads', async () => {
  const arriving = new Promise<Socket>((resolve) => stack.fastify.server.once('connection', resolve))
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws')
  await once(socket, 'open')
  const there = await arriving
  let heard = 0
  socket.on('message', () => heard++)
  socket.send('{"type":"connection_init"}')
  await until('it is acknowledged', () => heard === 1)
  socket.pause()
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(1000) } })
  const pings = 30_000
  for (let sent = 0; sent < pings; sent++) socket.send(ping)
  await until('the server reads no more, or has read it all', () => there.isPaused() || there.bytesRead > pings * 1000)
  expect(there.isPaused()).toBe(true)
  socket.resume()
  await until('it has heard of every ping', () => heard === 1 + pings)
  socket.terminate()
})

test('what is no JSON, and who opens the address in a browser, are for Apollo to answer', async () => {
  const text = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"query":"{ me }"}' }
  const refused = await fetch(url, text)
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('Cross-Site Request Forgery')])
  const page = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
  expect(page.headers.get('content-security-policy')).toBeNull()
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
})

test('a header of Apollo about caching stays as it is', async () => {
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } })
  const answer = await fetch(`${url}?${new URLSearchParams({ extensions })}`, {
    headers: { 'apollo-require-preflight': '1', 'x-who': 'ada' },
  })
  expect(await answer.json()).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] })
  expect(answer.headers.get('cache-control')).toBe('private, no-cache, must-revalidate')
})

test('a server that was started before is served with its schema beside it, at any path', async () => {
  const schema = buildSchema('type Query { me: String } type Subscription { count: Int }')
  const apollo = new ApolloServer({ schema })
  await apollo.start()
  const started = await createGraphqlStack({ apollo, schema, path: '/', context: () => Promise.resolve({}) })
  const { url: root } = await started.listen(0, '127.0.0.1')
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ me }"}' }
  expect(await (await fetch(root, post)).json()).toEqual({ data: { me: null } })
  const client = createClient({ url: root.replace('http', 'ws'), webSocketImpl: WebSocket })
  const results: unknown[] = []
  for await (const result of client.iterate({ query: '{ me }' })) results.push(result)
  expect(results).toEqual([{ data: { me: null } }])
  await client.dispose()
  await started.stop()
})
