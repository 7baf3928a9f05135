import { afterEach, expect, test } from '@jest/globals'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'
import { createTicker } from '../../test/testkit/graphs/ticker.ts'
import { connectSocket, openSocket, type RawSocket } from '../../test/testkit/raw-socket.ts'
import { until } from '../../test/testkit/until.ts'
import type { GatewayOptions } from '../create-gateway.ts'

const running: TestGateway[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ gateway }) => gateway.stop(0)))
})

const arrange = async (options: Partial<GatewayOptions> = {}) => {
  const ticker = createTicker()
  const gateway = await startGateway(ticker.subgraphs, options)
  running.push(gateway)
  return { ticker, gateway, url: gateway.url }
}

const subscribe = (socket: RawSocket, query: string, id = '1', more: object = {}): void =>
  socket.send({ id, type: 'subscribe', payload: { query, ...more } })

const TICKS = 'subscription { tick { at stock { id name } } }'

test('an event is completed by the other subgraphs, as an answer is', async () => {
  const { ticker, url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, 'subscription ($from: Int) { one: tick(from: $from) { __typename stock { name price } } }', '1', {
    variables: { from: 3 },
  })
  await until('the subgraph streams', () => ticker.open() === 1)
  ticker.push('a')
  ticker.push('b')
  expect(await socket.message(1)).toEqual({
    id: '1',
    type: 'next',
    payload: { data: { one: { __typename: 'Tick', stock: { name: 'Stock a', price: 7 } } } },
  })
  expect((await socket.message(2)).payload).toEqual({
    data: { one: { __typename: 'Tick', stock: { name: 'Stock b', price: 7 } } },
  })
  ticker.end()
  expect(await socket.message(3)).toEqual({ id: '1', type: 'complete' })
})

test('a slash at the end of the address changes nothing, over WebSocket or by POST', async () => {
  const { url } = await arrange()
  const socket = await openSocket(url, undefined, '/graphql/')
  socket.send({ type: 'connection_init' })
  expect(await socket.message(0)).toMatchObject({ type: 'connection_ack' })
  const headers = { 'content-type': 'application/json' }
  const posted = await fetch(`${url}/graphql/`, { method: 'POST', headers, body: '{"query":"{ open }"}' })
  expect([posted.status, await posted.json()]).toEqual([200, { data: { open: 0 } }])
  const refused = await fetch(`${url}/graphql/`, { method: 'PUT', headers, body: '{}' })
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, POST'])
  expect((await fetch(`${url}/graphql/other/`)).status).toBe(404)
})

test('what the event itself can answer makes no fetch', async () => {
  const { ticker, gateway, url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, 'subscription { tick { at stock { id } } }')
  await until('the subgraph streams', () => ticker.open() === 1)
  ticker.push('a')
  await socket.message(1)
  expect(gateway.graph.fetched).toEqual([])
})

test('R84: an event that fails is an error in its own answer, never the end of the stream', async () => {
  const { ticker, url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, 'subscription { tick { stock { price } } }')
  await until('the subgraph streams', () => ticker.open() === 1)
  ticker.fail()
  ticker.push('broken')
  ticker.push('fine')
  const failed = {
    extensions: { code: 'INTERNAL', correlationId: expect.any(String) },
    message: 'Something went wrong on our side.',
  }
  expect((await socket.message(1)).payload).toMatchObject({
    data: { tick: null },
    errors: [{ ...failed, path: ['tick'] }],
  })
  expect((await socket.message(2)).payload).toMatchObject({
    data: { tick: { stock: null } },
    errors: [{ ...failed, path: ['tick', 'stock', 'price'] }],
  })
  expect((await socket.message(3)).payload).toEqual({ data: { tick: { stock: { price: 7 } } } })
})

test('a client that completes, and one that leaves, end the stream in the subgraph at once', async () => {
  const { ticker, url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, TICKS, 'a')
  subscribe(socket, 'subscription { tick { at } }', 'b')
  await until('both stream', () => ticker.open() === 2)
  socket.send({ id: 'a', type: 'complete' })
  await until('one has ended', () => ticker.open() === 1)
  socket.socket.terminate()
  await until('both have ended', () => ticker.open() === 0)
})

test('queries and mutations run over the socket, too', async () => {
  const { url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, '{ open }')
  expect(await socket.message(1)).toEqual({ id: '1', type: 'next', payload: { data: { open: 0 } } })
  expect(await socket.message(2)).toEqual({ id: '1', type: 'complete' })
})

test.each<[name: string, payload: object, code: string]>([
  ['a syntax error', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', { query: 'subscription { tock }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['an unknown operation', { query: 'query A { open }', operationName: 'B' }, 'OPERATION_NOT_FOUND'],
  ['too deep an operation', { query: 'subscription { tick { stock { id } } }' }, 'OPERATION_TOO_DEEP'],
  ['too many tokens', { query: `{ ${'open '.repeat(100)} }` }, 'TOKEN_LIMIT'],
])('R84: %s ends that operation alone, with a catalogued error', async (_, payload, code) => {
  const { url } = await arrange({ limits: { maxDepth: 2, maxTokens: 50 } })
  const socket = await connectSocket(url)
  socket.send({ id: '1', type: 'subscribe', payload })
  const { type, payload: errors } = await socket.message(1)
  expect(type).toBe('error')
  expect(errors).toMatchObject([
    {
      message: expect.any(String),
      extensions: { code, correlationId: expect.any(String), docsUrl: expect.any(String) },
    },
  ])
  expect(JSON.stringify(errors)).not.toMatch(/Did you mean|stack/)
  subscribe(socket, '{ open }', '2')
  expect((await socket.message(2)).payload).toEqual({ data: { open: 0 } })
})

test('a subscription that the subgraph refuses is one error and its end', async () => {
  const { url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, 'subscription { tick(from: -1) { at } }')
  expect((await socket.message(1)).payload).toMatchObject({
    errors: [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } }],
  })
  expect((await socket.message(2)).type).toBe('complete')
})

test('variables that do not fit are told before anything is subscribed', async () => {
  const { ticker, url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, 'subscription ($from: Int) { tick(from: $from) { at } }', '1', { variables: { from: 'soon' } })
  expect((await socket.message(1)).payload).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] })
  expect(ticker.open()).toBe(0)
})

const USER: Principal = {
  kind: 'user',
  subject: 'ada',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}
const verifier = (expiresAt?: Date): NonNullable<GatewayOptions['verifier']> => ({
  authenticate: (authorization) => {
    if (authorization === undefined) return Promise.resolve({ principal: ANONYMOUS, expiresAt: undefined })
    if (authorization === 'Bearer good') return Promise.resolve({ principal: USER, expiresAt })
    return Promise.reject(catalogued(authorization === 'Bearer unsure' ? 'IDENTITY_UNAVAILABLE' : 'UNAUTHENTICATED'))
  },
})

test('a bad credential closes 4403, one that nobody can check now 1013; none is anonymous, a good one is its owner', async () => {
  const seen: Principal[] = []
  const { url } = await arrange({
    verifier: verifier(),
    access: (principal) => {
      seen.push(principal)
      return Promise.reject(catalogued('DATABASE_UNAVAILABLE'))
    },
  })
  const init = async (payload: object) => {
    const socket = await openSocket(url)
    socket.send({ type: 'connection_init', payload })
    return socket
  }
  expect((await (await init({ authorization: 'Bearer forged' })).closed()).code).toBe(4403)
  expect((await (await init({ authorization: ['Bearer good'] })).closed()).code).toBe(4403)
  expect((await (await init({ authorization: 'Bearer unsure' })).closed()).code).toBe(1013)
  for (const payload of [{}, { authorization: 'Bearer good' }]) {
    const socket = await init(payload)
    await socket.message(0)
    subscribe(socket, '{ open }')
    expect((await socket.message(1)).payload).toMatchObject([{ extensions: { code: 'DATABASE_UNAVAILABLE' } }])
  }
  expect(seen).toEqual([ANONYMOUS, USER])
})

test('a connection ends with its token', async () => {
  const { ticker, url } = await arrange({ verifier: verifier(new Date(Date.now() + 3000)) })
  const socket = await connectSocket(url, { authorization: 'Bearer good' })
  subscribe(socket, TICKS)
  await until('the subgraph streams', () => ticker.open() === 1)
  expect((await socket.closed()).code).toBe(4403)
  await until('the stream has ended', () => ticker.open() === 0)
})

const acknowledged = async (socket: RawSocket): Promise<void> => {
  socket.send({ type: 'connection_init' })
  await socket.message(0)
}

test.each<[name: string, code: number, misbehave: (socket: RawSocket) => unknown]>([
  ['an operation before the acknowledgement', 4401, (socket) => subscribe(socket, '{ open }')],
  ['a second connection_init', 4429, (socket) => [1, 2].forEach(() => socket.send({ type: 'connection_init' }))],
  [
    'an id that is in use',
    4409,
    async (socket) => {
      await acknowledged(socket)
      ;[1, 2].forEach(() => subscribe(socket, TICKS))
    },
  ],
  [
    'more operations than a connection may have',
    4429,
    async (socket) => {
      await acknowledged(socket)
      ;[1, 2, 3].forEach((id) => subscribe(socket, TICKS, String(id)))
    },
  ],
  ['silence', 4408, () => undefined],
  ['a message that is no JSON', 4400, (socket) => socket.send('{"type":')],
  ['a message of no known type', 4400, (socket) => socket.send({ type: 'start' })],
  ['a message that is too large', 1009, (socket) => socket.send('x'.repeat(20_000))],
])('%s closes %i', async (_, code, misbehave) => {
  const { url } = await arrange({ initTimeoutMs: 150, limits: { maxOperationsPerConnection: 2, maxBodyBytes: 10_000 } })
  const socket = await openSocket(url)
  const closed = socket.closed()
  await misbehave(socket)
  expect((await closed).code).toBe(code)
})

test('the legacy subprotocol is told so by 4406', async () => {
  const { url } = await arrange()
  expect((await (await openSocket(url, ['graphql-ws'])).closed()).code).toBe(4406)
  expect((await (await openSocket(url, [])).closed()).code).toBe(4406)
})

test('past the cap on connections a new one is closed 4429, and those before stay', async () => {
  const { url, gateway } = await arrange({ limits: { maxConnections: 1 } })
  const first = await connectSocket(url)
  expect((await (await openSocket(url)).closed()).code).toBe(4429)
  subscribe(first, '{ open }')
  await first.message(1)
  expect(gateway.gateway.connections()).toBe(1)
})

test('a client that does not answer pings is cut', async () => {
  const { url, gateway } = await arrange({ pingMs: 50 })
  const socket = await connectSocket(url)
  // ws answers pings by itself; a client whose network is gone does not.
  Object.assign(socket.socket, { _autoPong: false })
  await until('the connection is gone', () => gateway.gateway.connections() === 0)
})

test('a client that reads too slowly loses the subscription, not the server its memory', async () => {
  const { ticker, url } = await arrange()
  const socket = await connectSocket(url)
  subscribe(
    socket,
    `subscription { tick { ${Array.from({ length: 40 }, (_, index) => `a${index}: stock { name id }`).join(' ')} } }`,
  )
  await until('the subgraph streams', () => ticker.open() === 1)
  socket.socket.pause()
  const id = 'x'.repeat(2_000)
  for (let count = 0; count < 2000 && ticker.open() === 1; count++) {
    ticker.push(id)
    if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await until('the stream has ended', () => ticker.open() === 0)
  socket.socket.resume()
  await until('the end has come', () => socket.messages.some(({ type }) => type === 'error'))
  expect(socket.messages.at(-1)?.payload).toMatchObject([{ extensions: { code: 'SLOW_CONSUMER', retryable: true } }])
})

test('a server that stops tells its clients to come back', async () => {
  const { url, gateway, ticker } = await arrange()
  const socket = await connectSocket(url)
  subscribe(socket, TICKS)
  await until('the subgraph streams', () => ticker.open() === 1)
  const stopped = gateway.gateway.stop(2000)
  expect((await socket.closed()).code).toBe(1012)
  expect(socket.messages.at(-1)).toMatchObject({ type: 'ping', payload: { code: 'SHUTTING_DOWN' } })
  await stopped
  expect(ticker.open()).toBe(0)
})
