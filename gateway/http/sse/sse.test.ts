import { afterEach, expect, test } from '@jest/globals'
import { ANONYMOUS, type Principal } from '../../../platform/access/principal.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { openEventSource } from '../../../test/testkit/event-source.ts'
import { readAnswer, startGateway } from '../../../test/testkit/gateway.ts'
import { createTicker } from '../../../test/testkit/graphs/ticker.ts'
import { until } from '../../../test/testkit/until.ts'
import type { GatewayOptions } from '../../create-gateway.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const arrange = async (options: Partial<GatewayOptions> = {}) => {
  const ticker = createTicker()
  const { gateway, url } = await startGateway(ticker.subgraphs, options)
  stops.push(() => gateway.stop(0))
  const open = (count: number) => until('so many streams are open', () => ticker.open() === count)
  return { ticker, gateway, url: `${url}/graphql`, open }
}

const TICKS = 'subscription ($from: Int) { tick(from: $from) { at stock { id name } } }'
const event = (id: string) => ({ data: { tick: { at: 1, stock: { id, name: `Stock ${id}` } } } })

test('a subscription by POST is a stream of next events that ends with complete', async () => {
  const { ticker, url, open } = await arrange()
  const stream = await openEventSource(url, { query: TICKS, variables: { from: 2 } })
  expect(stream.response.status).toBe(200)
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(stream.response.headers.get('cache-control')).toContain('no-cache')
  expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff')
  await open(1)
  ticker.push('a')
  ticker.push('b')
  expect(await stream.message(0)).toEqual({ type: 'next', id: undefined, data: event('a') })
  expect(await stream.message(1)).toEqual({ type: 'next', id: undefined, data: event('b') })
  ticker.end()
  expect(await stream.message(2)).toEqual({ type: 'complete', id: undefined, data: undefined })
  await stream.ended()
})

test('the same by GET, with variables in the address', async () => {
  const { ticker, url, open } = await arrange()
  const search = new URLSearchParams({ query: TICKS, variables: '{"from":1}' })
  const stream = await openEventSource(`${url}?${search.toString()}`, undefined)
  await open(1)
  ticker.push('a')
  expect((await stream.message(0)).data).toEqual(event('a'))
})

test('a client that leaves ends its stream in the subgraph', async () => {
  const { url, open } = await arrange()
  const stream = await openEventSource(url, { query: TICKS })
  await open(1)
  stream.close()
  await open(0)
})

test('a query is one next and complete; where JSON is asked for first it is answered in JSON, and a subscription streams', async () => {
  const { url, open } = await arrange()
  const stream = await openEventSource(url, { query: '{ open }' })
  expect((await stream.message(0)).data).toEqual({ data: { open: 0 } })
  expect((await stream.message(1)).type).toBe('complete')
  const accept = 'application/graphql-response+json, application/json, text/event-stream, multipart/mixed'
  const { response } = await openEventSource(url, { query: '{ open }' }, { accept })
  expect(response.headers.get('content-type')).toContain('json')
  await openEventSource(url, { query: TICKS }, { accept })
  await open(1)
})

test.each<[name: string, body: object, status: number, code: string]>([
  ['a syntax error', { query: 'subscription {' }, 400, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', { query: 'subscription { tock }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['too deep an operation', { query: TICKS }, 400, 'OPERATION_TOO_DEEP'],
  ['an unknown operation', { query: 'query A { open }', operationName: 'B' }, 400, 'OPERATION_NOT_FOUND'],
  ['a body without a query', { variables: {} }, 400, 'BAD_REQUEST'],
  ['variables that are none', { query: '{ open }', variables: [1] }, 400, 'BAD_REQUEST'],
])('%s is refused before any stream begins', async (_, body, status, code) => {
  const { url } = await arrange({ limits: { maxDepth: 2 } })
  const { response } = await openEventSource(url, body)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toContain('application/json')
  const { errors } = await readAnswer(response)
  expect(errors[0]?.extensions).toMatchObject({ code, correlationId: response.headers.get('x-correlation-id') })
})

test('who asks is asked once, however the answer comes', async () => {
  let asked = 0
  const { url } = await arrange({
    verifier: {
      authenticate: () => {
        asked++
        return Promise.resolve({ principal: ANONYMOUS, expiresAt: undefined })
      },
    },
  })
  for (const accept of ['text/event-stream', 'application/json, text/event-stream', 'application/json']) {
    asked = 0
    const { response } = await openEventSource(url, { query: '{ open }' }, { accept })
    expect([accept, response.status, asked]).toEqual([accept, 200, 1])
  }
})

test('a mutation by GET is refused, and so is a page of another site, whatever it brings', async () => {
  const { url } = await arrange({ corsOrigins: ['https://console.example'] })
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const { response } = await openEventSource(url, { query: '{ open }' }, headers)
    return response.status
  }
  expect(await ask({ origin: 'https://evil.example', cookie: 'session=1' })).toBe(400)
  expect(await ask({ origin: 'null' })).toBe(400)
  expect(await ask({ origin: 'https://console.example' })).toBe(200)
  expect(await ask({ origin: new URL(url).origin })).toBe(200)
})

const ADA: Principal = {
  kind: 'user',
  subject: 'ada',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}
const verifier = (expiresAt?: Date): NonNullable<GatewayOptions['verifier']> => ({
  authenticate: (authorization) =>
    authorization === 'Bearer good'
      ? Promise.resolve({ principal: ADA, expiresAt })
      : Promise.reject(catalogued('UNAUTHENTICATED')),
})

test('a bad token is answered 401; a good one ends its stream when it expires, with the code', async () => {
  const { url, open } = await arrange({ verifier: verifier(new Date(Date.now() + 400)) })
  expect((await openEventSource(url, { query: TICKS }, { authorization: 'Bearer forged' })).response.status).toBe(401)
  const stream = await openEventSource(url, { query: TICKS }, { authorization: 'Bearer good' })
  expect((await stream.message(0)).data).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  expect((await stream.message(1)).type).toBe('complete')
  await stream.ended()
  await open(0)
})

test('past a cap the answer is 429, and a place that is left is free again', async () => {
  const { url, gateway } = await arrange({
    limits: { maxConnectionsPerPrincipal: 1 },
    verifier: verifier(),
  })
  const headers = { authorization: 'Bearer good' }
  const first = await openEventSource(url, { query: TICKS }, headers)
  const second = await openEventSource(url, { query: TICKS }, headers)
  expect(second.response.status).toBe(429)
  expect(second.response.headers.get('retry-after')).toBe('1')
  expect((await readAnswer(second.response)).errors[0]?.extensions['code']).toBe('SUBSCRIPTION_LIMIT')
  first.close()
  await until('the place is free', () => gateway.connections() === 0)
  expect((await openEventSource(url, { query: TICKS }, headers)).response.status).toBe(200)
})

test('who is authenticated while the gateway begins to stop is sent elsewhere, and holds nothing up', async () => {
  const decided = Promise.withResolvers<undefined>()
  let asked = 0
  const { url, gateway } = await arrange({
    verifier: {
      authenticate: async () => {
        asked++
        await decided.promise
        return { principal: ADA, expiresAt: undefined }
      },
    },
  })
  const opening = openEventSource(url, { query: TICKS })
  await until('it is being authenticated', () => asked === 1)
  const stopping = gateway.stop(60_000)
  decided.resolve(undefined)
  const { response } = await opening
  expect([response.status, (await readAnswer(response)).errors[0]?.extensions['code']]).toEqual([503, 'SHUTTING_DOWN'])
  await stopping
})

test('a client that leaves while it is authenticated holds no place', async () => {
  const decided = Promise.withResolvers<undefined>()
  let asked = 0
  let closed = 0
  const { url, gateway } = await arrange({
    limits: { maxConnectionsPerPrincipal: 1 },
    verifier: {
      authenticate: async () => {
        if (asked++ === 0) await decided.promise
        return { principal: ADA, expiresAt: undefined }
      },
    },
  })
  gateway.fastify.server.on('request', (_, response) => response.once('close', () => closed++))
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  const leaving = new AbortController()
  const body = JSON.stringify({ query: TICKS })
  const left = fetch(url, { method: 'POST', body, headers, signal: leaving.signal }).catch(() => 'left')
  await until('it is being authenticated', () => asked === 1)
  leaving.abort()
  expect(await left).toBe('left')
  await until('the server knows', () => closed === 1)
  decided.resolve(undefined)
  expect((await openEventSource(url, { query: TICKS })).response.status).toBe(200)
})

test('a mutation by GET is refused to whoever is authenticated', async () => {
  const things = { typeDefs: 'type Mutation { go: Int }', resolvers: { Mutation: { go: () => 1 } } }
  const { gateway, url } = await startGateway({ ...createTicker().subgraphs, things }, { verifier: verifier() })
  stops.push(() => gateway.stop(0))
  const ask = async (authorization: string): Promise<number> => {
    const { response } = await openEventSource(`${url}/graphql?query=mutation{go}`, undefined, { authorization })
    return response.status
  }
  expect([await ask('Bearer forged'), await ask('Bearer good')]).toEqual([401, 405])
})

test('what is refused before its stream begins says when to come back', async () => {
  const { url } = await arrange({ access: () => Promise.reject(catalogued('SUBGRAPH_OVERLOADED')) })
  const { response } = await openEventSource(url, { query: TICKS })
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
})

test('what is silent is kept alive by comments', async () => {
  const { url } = await arrange({ pingMs: 50 })
  const stream = await openEventSource(url, { query: TICKS })
  await until('comments come', () => stream.messages.filter(({ type }) => type === 'comment').length > 3)
})

test('a server that stops ends streams without complete, so that their clients come back', async () => {
  const { url, gateway } = await arrange()
  const stream = await openEventSource(url, { query: TICKS })
  const stopped = gateway.stop(2000)
  await stream.ended()
  expect(stream.messages.at(-1)?.type).toBe('retry')
  expect(stream.messages.some(({ type }) => type === 'complete')).toBe(false)
  await stopped
})
