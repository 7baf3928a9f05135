import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { buildSchema, parse } from 'graphql'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { federatedGraph, testRequest } from '../../test/testkit/federated-graph.ts'
import { createTicker } from '../../test/testkit/graphs/ticker.ts'
import {
  startHttpSubgraph,
  trustHttpsSubgraphs,
  type Answer,
  type HttpSubgraph,
} from '../../test/testkit/http-subgraph.ts'
import { until } from '../../test/testkit/until.ts'
import { httpTransport } from './http-transport.ts'
import type { PreparedFetch, SubgraphTransport } from './transport.ts'

const ticker = createTicker()
const tickerSchema = federatedGraph(ticker.subgraphs).schemas.get('ticker') ?? buildSchema('type Query { none: Int }')

const prepared = (operation: string, operationName?: string): PreparedFetch => ({
  subgraph: 'ticker',
  operation,
  operationName,
  document: parse(operation),
})
const OPEN = prepared('query Open { open }', 'Open')
const TICK = prepared('subscription { tick { at } }')

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  let subgraph: HttpSubgraph
  let transport: SubgraphTransport
  let signatures = 0
  let restoreTrust: () => void
  beforeAll(async () => {
    restoreTrust = trustHttpsSubgraphs()
    subgraph = await startHttpSubgraph(tickerSchema, { scheme })
    transport = httpTransport({
      name: 'ticker',
      url: subgraph.url,
      timeoutMs: 10_000,
      maxResponseBytes: 10_000,
      sign: (principal, audience) => Promise.resolve(`signed ${principal.kind} for ${audience} ${signatures++}`),
    })
  })
  afterEach(() => subgraph.answerWith(undefined))
  afterAll(async () => {
    await transport.close()
    await subgraph.close()
    restoreTrust()
  })

  const failure = async (answer: Answer, signal?: AbortSignal): Promise<string> => {
    subgraph.answerWith(answer)
    const answered = Promise.resolve(transport.execute(OPEN, {}, testRequest(signal && { signal })))
    const error: unknown = await answered.catch((thrown: unknown) => thrown)
    if (!(error instanceof CataloguedError)) throw new Error(`Not a catalogued failure: ${JSON.stringify(error)}`)
    return error.code
  }

  test('sends the operation as it was prepared, over a connection that is kept', async () => {
    const before = subgraph.received.length
    expect(await transport.execute(OPEN, { a: '"', b: [1] }, testRequest())).toEqual({ data: { open: 0 } })
    await transport.execute(OPEN, {}, testRequest())
    expect(subgraph.received.slice(before).map(({ body }) => body)).toEqual([
      { query: 'query Open { open }', operationName: 'Open', variables: { a: '"', b: [1] } },
      { query: 'query Open { open }', operationName: 'Open', variables: {} },
    ])
    expect(subgraph.received.at(-1)?.headers.connection).toBe('keep-alive')
  })

  test('R13: tells the subgraph who is calling by a signed token, and the correlation; nothing else travels', async () => {
    await transport.execute(OPEN, {}, testRequest({ correlationId: 'corr-12345' }))
    const { headers } = subgraph.received.at(-1) ?? { headers: {} }
    expect(headers).toMatchObject({
      'x-gpuaas-principal': expect.stringMatching(/^signed anonymous for ticker/),
      'x-correlation-id': 'corr-12345',
    })
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'x-correlation-id',
      'x-gpuaas-principal',
      'x-request-timeout-ms',
    ])
  })

  const json =
    (body: string, status = 200): Answer =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)

  test.each<[name: string, answer: Answer, code: string]>([
    [
      'an HTML page',
      (_, response) => response.setHeader('content-type', 'text/html').end('<h1>It works</h1>'),
      'SUBGRAPH_INVALID_RESPONSE',
    ],
    [
      'a 500 page',
      (_, response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>'),
      'SUBGRAPH_UNAVAILABLE',
    ],
    ['a 503 without a body', (_, response) => response.writeHead(503).end(), 'SUBGRAPH_UNAVAILABLE'],
    [
      'a redirect, which is not followed',
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'SUBGRAPH_INVALID_RESPONSE',
    ],
    ['broken JSON', json('{"data": {'), 'SUBGRAPH_INVALID_RESPONSE'],
    ['JSON that is no object', json('[1]'), 'SUBGRAPH_INVALID_RESPONSE'],
    ['an object without data and errors', json('{"message": "hello"}'), 'SUBGRAPH_INVALID_RESPONSE'],
    ['data that is a list', json('{"data": []}'), 'SUBGRAPH_INVALID_RESPONSE'],
    ['errors that are no list', json('{"errors": {"message": "x"}}'), 'SUBGRAPH_INVALID_RESPONSE'],
    ['errors without a message', json('{"errors": [{"path": ["open"]}]}'), 'SUBGRAPH_INVALID_RESPONSE'],
    [
      'a path that is no path',
      json('{"data": null, "errors": [{"message": "x", "path": [{}]}]}'),
      'SUBGRAPH_INVALID_RESPONSE',
    ],
    ['more than the limit', json(`{"data": {"open": "${'x'.repeat(20_000)}"}}`), 'SUBGRAPH_INVALID_RESPONSE'],
    [
      'more than the limit, without saying how much',
      (_, response) => {
        response.setHeader('content-type', 'application/json').write('{"data": {"open": "')
        for (let count = 0; count < 200; count++) response.write('x'.repeat(200))
        response.end('"}}')
      },
      'SUBGRAPH_INVALID_RESPONSE',
    ],
    [
      'half a body, then a reset',
      (request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{"data"')
        setImmediate(() => request.socket.destroy())
      },
      'SUBGRAPH_UNAVAILABLE',
    ],
  ])('%s is a catalogued failure', async (_, answer, code) => {
    expect(await failure(answer)).toBe(code)
  })

  test.each<[name: string, answer: Answer]>([
    ['silence', () => undefined],
    [
      'a body that never ends',
      (_, response) => void response.setHeader('content-type', 'application/json').write('{"data": {'),
    ],
  ])('%s is waited for until the time is over', async (_, answer) => {
    const impatient = httpTransport({ name: 'ticker', url: subgraph.url, timeoutMs: 100 })
    subgraph.answerWith(answer)
    await expect(impatient.execute(OPEN, {}, testRequest())).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' })
    await impatient.close()
  })

  test('an answer with errors alone counts, whatever its status', async () => {
    const errors = [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }]
    subgraph.answerWith(json(JSON.stringify({ errors }), 401))
    expect(await transport.execute(OPEN, {}, testRequest())).toEqual({ errors })
  })

  test('a subgraph that nobody listens for is unavailable', async () => {
    const gone = httpTransport({ name: 'gone', url: `${scheme}://127.0.0.1:1/graphql`, timeoutMs: 10_000 })
    await expect(gone.execute(OPEN, {}, testRequest())).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
    await gone.close()
  })

  test('a subgraph without an address is refused when the graph is loaded', () => {
    expect(() => httpTransport({ name: 'x', url: '', timeoutMs: 10_000 })).toThrow(
      'The subgraph "x" has no HTTP address',
    )
    expect(() => httpTransport({ name: 'x', url: 'file:///etc/passwd', timeoutMs: 10_000 })).toThrow('no HTTP address')
  })

  test('a request that is given up closes its fetch, and says why', async () => {
    const controller = new AbortController()
    let isClosed = false
    const answer: Answer = (request) => {
      request.socket.once('close', () => (isClosed = true))
      controller.abort(catalogued('REQUEST_TIMEOUT'))
    }
    expect(await failure(answer, controller.signal)).toBe('REQUEST_TIMEOUT')
    await until('the subgraph sees the connection close', () => isClosed)
  })

  test('without a signer nothing says who is calling', async () => {
    const anonymous = httpTransport({ name: 'ticker', url: subgraph.url, timeoutMs: 10_000 })
    await anonymous.execute(OPEN, {}, testRequest())
    expect(subgraph.received.at(-1)?.headers).not.toHaveProperty('x-gpuaas-principal')
    await anonymous.close()
  })

  test('R13: subscriptions share one connection, each with a signed principal of its own', async () => {
    const streams = await Promise.all([
      transport.subscribe(TICK, {}, testRequest()),
      transport.subscribe(TICK, {}, testRequest()),
    ])
    const events = streams.map((stream) => stream.next())
    await until('both are subscribed', () => ticker.open() === 2)
    expect(subgraph.sockets()).toHaveLength(1)
    const principals = subgraph.subscribed.map(({ extensions }) => extensions?.['principal'])
    expect(new Set(principals).size).toBe(2)
    ticker.push('a')
    expect(await Promise.all(events)).toEqual([1, 2].map(() => ({ done: false, value: { data: { tick: { at: 1 } } } })))
    for (const stream of streams) await stream.return?.()
    await until('both have ended', () => ticker.open() === 0)
  })

  test('a subscription that loses its connection subscribes again, with a token signed anew', async () => {
    const stream = await transport.subscribe(TICK, {}, testRequest())
    const event = stream.next()
    await until('it is subscribed', () => ticker.open() === 1)
    const before = subgraph.subscribed.at(-1)?.extensions?.['principal']
    const [socket] = subgraph.sockets()
    socket?.terminate()
    await until(
      'it is subscribed again',
      () => ticker.open() === 1 && subgraph.subscribed.at(-1)?.extensions?.['principal'] !== before,
    )
    ticker.push('a')
    expect(await event).toMatchObject({ value: { data: { tick: { at: 1 } } } })
    await stream.return?.()
  })

  test('a stream ends with its request, and with its subgraph', async () => {
    const controller = new AbortController()
    const stream = await transport.subscribe(TICK, {}, testRequest({ signal: controller.signal }))
    const event = stream.next()
    await until('it is subscribed', () => ticker.open() === 1)
    controller.abort()
    expect(await event).toMatchObject({ done: true })
    await until('the subgraph has ended it', () => ticker.open() === 0)

    const other = await transport.subscribe(TICK, {}, testRequest())
    const last = other.next()
    await until('it is subscribed', () => ticker.open() === 1)
    ticker.end()
    expect(await last).toMatchObject({ done: true })
  })

  test('a subscription that cannot be had ends with an error', async () => {
    const gone = httpTransport({
      name: 'gone',
      url: `${scheme}://127.0.0.1:1/graphql`,
      timeoutMs: 300,
      reconnectForMs: 300,
    })
    const stream = await gone.subscribe(TICK, {}, testRequest())
    await expect(stream.next()).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
    expect(await stream.next()).toMatchObject({ done: true })
    await gone.close()
  })
})
