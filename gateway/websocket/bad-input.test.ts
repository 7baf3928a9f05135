import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'
import { DEFAULT_LIMITS } from '../operation/limits.ts'
import { createTicker, type Ticker } from '../../test/testkit/graphs/ticker.ts'
import { connectSocket, openSocket, type RawSocket } from '../../test/testkit/raw-socket.ts'
import { until } from '../../test/testkit/until.ts'

/** One process for all of it: after each misbehaviour somebody else's subscription must still be served. */
let gateway: TestGateway
let ticker: Ticker
let bystander: RawSocket

const TICKS = 'subscription { tick { at stock { id } } }'
const subscribe = (socket: RawSocket, id: string, query = TICKS): void =>
  socket.send({ id, type: 'subscribe', payload: { query } })

const ADA: Principal = {
  kind: 'user',
  subject: 'ada',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}

beforeAll(async () => {
  ticker = createTicker()
  gateway = await startGateway(ticker.subgraphs, {
    corsOrigins: ['https://console.example'],
    initTimeoutMs: 2000,
    limits: { maxConnectionsPerPrincipal: 2, maxConnectionsPerAddress: 50 },
    verifier: {
      authenticate: (authorization) => {
        if (authorization === undefined) return Promise.resolve({ principal: ANONYMOUS, expiresAt: undefined })
        if (authorization === 'Bearer ada') return Promise.resolve({ principal: ADA, expiresAt: undefined })
        return Promise.reject(catalogued('UNAUTHENTICATED'))
      },
    },
  })
})
afterAll(() => gateway.gateway.stop(0))

beforeEach(async () => {
  bystander = await connectSocket(gateway.url)
  subscribe(bystander, 'calm')
  await until('the subgraph streams', () => ticker.open() > 0)
})
afterEach(async () => {
  const before = bystander.messages.length
  ticker.push('still-served')
  expect((await bystander.message(before)).payload).toMatchObject({ data: { tick: { stock: { id: 'still-served' } } } })
  bystander.socket.terminate()
  await until('nobody is left', () => gateway.gateway.connections() === 0)
})

/** What a client that misbehaves hears last. */
const codeOf = async (misbehave: (socket: RawSocket) => unknown): Promise<number> => {
  const socket = await openSocket(gateway.url)
  const closed = socket.closed()
  await misbehave(socket)
  return (await closed).code
}
const acknowledged = async (socket: RawSocket): Promise<void> => {
  socket.send({ type: 'connection_init' })
  await socket.message(0)
}

describe('a connection that breaks the protocol is closed with its code, and nobody else hears of it', () => {
  test.each<[name: string, code: number, misbehave: (socket: RawSocket) => unknown]>([
    ['an operation before connection_init', 4401, (socket) => subscribe(socket, '1')],
    ['connection_init twice', 4429, (socket) => [1, 2].forEach(() => socket.send({ type: 'connection_init' }))],
    [
      'connection_init again, long after',
      4429,
      async (socket) => {
        await acknowledged(socket)
        socket.send({ type: 'connection_init' })
      },
    ],
    ['nothing at all', 4408, () => undefined],
    ['a message of no known type', 4400, (socket) => socket.send({ type: 'start', id: '1', payload: {} })],
    ['a message that servers send', 4400, (socket) => socket.send({ type: 'next', id: '1', payload: {} })],
    ['no JSON', 4400, (socket) => socket.send('hello')],
    ['JSON that is no message', 4400, (socket) => socket.send('null')],
    ['a subscribe without an id', 4400, (socket) => socket.send({ type: 'subscribe', payload: { query: TICKS } })],
    ['a subscribe without a query', 4400, (socket) => socket.send({ type: 'subscribe', id: '1', payload: {} })],
    [
      'an id without end',
      4400,
      async (socket) => {
        await acknowledged(socket)
        subscribe(socket, 'x'.repeat(100_000))
      },
    ],
    ['a binary frame', 4400, (socket) => socket.socket.send(Buffer.from('{"type":"connection_init"}'))],
    ['text that is no UTF-8', 1007, (socket) => socket.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false })],
    ['a frame that is not masked', 1002, (socket) => socket.socket.send('{"type":"connection_init"}', { mask: false })],
    ['a frame of 10 MB', 1009, (socket) => socket.send('x'.repeat(10 * 1024 * 1024))],
    [
      '10,000 subscribes on one socket',
      4429,
      async (socket) => {
        await acknowledged(socket)
        for (let id = 0; id < 10_000 && socket.socket.readyState === WebSocket.OPEN; id++) subscribe(socket, String(id))
      },
    ],
    [
      'an id that is in use',
      4409,
      async (socket) => {
        await acknowledged(socket)
        subscribe(socket, '1')
        subscribe(socket, '1')
      },
    ],
    [
      'a forged token',
      4403,
      (socket) => socket.send({ type: 'connection_init', payload: { authorization: 'Bearer forged' } }),
    ],
    [
      'two tokens',
      4403,
      (socket) =>
        socket.send({
          type: 'connection_init',
          payload: { authorization: 'Bearer ada', Authorization: 'Bearer grace' },
        }),
    ],
  ])('%s: %i', async (_, code, misbehave) => {
    expect(await codeOf(misbehave)).toBe(code)
  })

  test.each([[['graphql-ws']], [[]], [['json', 'graphql-ws']]])('the subprotocols %j: 4406', async (protocols) => {
    expect((await (await openSocket(gateway.url, protocols)).closed()).code).toBe(4406)
  })
})

describe('a page of another site', () => {
  const connect = async (headers: Readonly<Record<string, string>>): Promise<number | 'acknowledged'> => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
    const outcome = await new Promise<number | 'acknowledged'>((resolve) => {
      socket.once('open', () => socket.send('{"type":"connection_init"}'))
      socket.once('close', (code) => resolve(code))
      socket.once('message', () => resolve('acknowledged'))
    })
    socket.terminate()
    return outcome
  }

  test('is closed 4403 whatever cookie it brings; our own page, one that may call, and a program are not', async () => {
    const cookie = 'session=stolen'
    expect(await connect({ origin: 'https://evil.example', cookie })).toBe(4403)
    expect(await connect({ origin: 'https://evil.example' })).toBe(4403)
    expect(await connect({ origin: 'null', cookie })).toBe(4403)
    expect(await connect({ origin: `${gateway.url}.evil.example`, cookie })).toBe(4403)
    expect(await connect({ origin: gateway.url, cookie })).toBe('acknowledged')
    expect(await connect({ origin: 'https://console.example', cookie })).toBe('acknowledged')
    expect(await connect({})).toBe('acknowledged')
  })
})

describe('who takes too much', () => {
  test('of connections: one user is stopped at the cap of users, and a place that is left is free', async () => {
    const init = async () => {
      const socket = await openSocket(gateway.url)
      socket.send({ type: 'connection_init', payload: { Authorization: 'Bearer ada' } })
      return socket
    }
    const [first, second] = [await init(), await init()]
    await first.message(0)
    await second.message(0)
    expect((await (await init()).closed()).code).toBe(4429)
    first.socket.terminate()
    await until('the place is free', () => gateway.gateway.connections() === 2)
    const third = await init()
    await third.message(0)
    for (const { socket } of [second, third]) socket.terminate()
  })

  test('of connections: one address is stopped at the cap of addresses', async () => {
    const sockets = await Promise.all(Array.from({ length: 49 }, () => openSocket(gateway.url)))
    expect((await (await openSocket(gateway.url)).closed()).code).toBe(4429)
    for (const { socket } of sockets) socket.terminate()
  })
})

test.each<[name: string, flood: (socket: RawSocket) => void, isStopped: (there: Socket) => boolean]>([
  ['frames', ({ socket }) => socket.ping(Buffer.alloc(125)), (there) => there.destroyed],
  ['messages', ({ send }) => send({ type: 'ping', payload: { text: 'x'.repeat(100) } }), (there) => there.isPaused()],
])('who pings by %s without end and reads nothing is not read any more', async (_, ping, isStopped) => {
  const arriving = new Promise<Socket>((resolve) => gateway.gateway.fastify.server.once('connection', resolve))
  const client = await connectSocket(gateway.url)
  const there = await arriving
  client.socket.pause()
  client.socket.on('error', () => undefined)
  const pings = 200_000
  for (let sent = 0; sent < pings; sent++) ping(client)
  await until('the server reads no more, or has read it all', () => isStopped(there) || there.bytesRead > pings * 125)
  expect(isStopped(there)).toBe(true)
  expect(there.writableLength).toBeLessThan(8 * DEFAULT_LIMITS.maxQueuedBytes)
  client.socket.terminate()
})

test('an upgrade that is refused waits for nobody to close, and a reset of it hurts nobody', async () => {
  const socket = new PassThrough()
  gateway.gateway.fastify.server.emit('upgrade', { url: '/elsewhere', headers: {} }, socket, Buffer.alloc(0))
  expect(() => socket.emit('error', new Error('read ECONNRESET'))).not.toThrow()
  const other = new PassThrough()
  gateway.gateway.fastify.server.emit('upgrade', { url: '/elsewhere', headers: {} }, other, Buffer.alloc(0))
  await until('it is closed', () => other.destroyed)
})
