import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { until } from '../../test/testkit/until.ts'
import { encodeClientFrame, TERMINAL_PROTOCOL } from '../protocol/client-frames.ts'
import { startStage, type Stage } from '../testkit/stage.ts'
import { connectTerminal, type TerminalClient } from '../testkit/terminal-client.ts'

let stage: Stage
const start = async (limits: object = {}): Promise<void> => {
  stage = await startStage({ gateway: { limits } })
}
const stop = (): Promise<void> => stage.stop()

const bystander = async () => {
  const client = await stage.connect(stage.sessions.open().token)
  await client.ready()
  return {
    isServed: async () => {
      client.type('echo still-$((40+2))\n')
      await until('the bystander is served', () => client.text().includes('still-42'))
    },
  }
}
const hello = { type: 'hello', version: 1, offset: 0, size: { columns: 80, rows: 24 } } as const

describe('frames', () => {
  // One gateway for all of them: whatever one client does, the next finds it as it was.
  beforeAll(() => start({ maxPerUser: 500 }))
  afterAll(stop)

  const ready = async (): Promise<TerminalClient> => {
    const client = await stage.connect(stage.sessions.open().token)
    await client.ready()
    return client
  }
  const unready = () => stage.connect(stage.sessions.open().token, { hello: 'withheld' })

  test.each<[name: string, code: number, when: 'ready' | 'unready', misbehave: (client: TerminalClient) => void]>([
    ['text', 4002, 'ready', ({ socket }) => socket.send('echo hello')],
    ['text before the hello', 4002, 'unready', ({ socket }) => socket.send('{"type":"connection_init"}')],
    [
      'text and frames by turns',
      4002,
      'ready',
      (client) => {
        client.type('x')
        client.socket.send('x')
        client.type('x')
      },
    ],
    ['an empty message', 4002, 'ready', ({ socket }) => socket.send(Buffer.alloc(0))],
    ['an unknown type', 4002, 'ready', ({ socket }) => socket.send(Buffer.from([0x77, 1, 2]))],
    [
      'a frame of the gateway’s',
      4002,
      'ready',
      ({ socket }) => socket.send(Buffer.from([0x82, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
    ],
    ['a second hello', 4002, 'ready', (client) => client.send(hello)],
    ['input before the hello', 4002, 'unready', (client) => client.type('x')],
    ['another version', 4002, 'unready', (client) => client.send({ ...hello, version: 9 })],
    ['a size of nothing', 4002, 'ready', ({ socket }) => socket.send(Buffer.from([0x03, 0, 0, 0, 0]))],
    [
      'an acknowledgement of what never came',
      4002,
      'ready',
      (client) => client.send({ type: 'ack', offset: 10_000_000 }),
    ],
    ['more input than one frame holds', 4413, 'ready', (client) => client.type('x'.repeat(70_000))],
    ['a message of 10 MB', 4413, 'ready', ({ socket }) => socket.send(Buffer.alloc(10_000_000))],
    [
      'more input than may be under way',
      4002,
      'ready',
      (client) => Array.from({ length: 40 }, () => client.type('x'.repeat(60_000))),
    ],
  ])('%s closes %i, and nobody else', async (_, code, when, misbehave) => {
    const other = await bystander()
    const client = await (when === 'ready' ? ready() : unready())
    misbehave(client)
    expect((await client.closed).code).toBe(code)
    await other.isServed()
  })

  test('whatever bytes come, the connection goes on or is closed with 4002 or 4413; the gateway lives', async () => {
    const other = await bystander()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 8 }), async (messages) => {
        const client = await ready()
        for (const message of messages) if (client.socket.readyState === WebSocket.OPEN) client.socket.send(message)
        client.socket.send('the end')
        expect([4002, 4413]).toContain((await client.closed).code)
      }),
      { numRuns: 25 },
    )
    await other.isServed()
  }, 60_000)

  test('a socket whose bytes are no WebSocket frames is closed, and nobody else', async () => {
    const other = await bystander()
    const client = await ready()
    // The socket under the WebSocket, where a client writes what it likes.
    const beneath = Reflect.get(client.socket, '_socket') as Socket // ws keeps it there
    beneath.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    expect((await client.closed).code).toBe(1002)
    await other.isServed()
  })

  test('an offset that the output never reached is no place to go on', async () => {
    const { sessionId, token } = stage.sessions.open()
    const client = await stage.connect(token)
    await client.ready()
    const again = await stage.connect(stage.sessions.reattach(sessionId), { offset: 5_000_000 })
    expect(await again.closed).toEqual({ code: 4002, reason: 'OFFSET_UNKNOWN' })
    const right = await stage.connect(stage.sessions.reattach(sessionId), { offset: 0 })
    expect((await right.ready()).offset).toBe(0)
  })
})

describe('limits', () => {
  afterEach(stop)

  test('R45: past a limit a client is closed TERMINAL_CAPACITY, and those before it stay', async () => {
    await start({ maxSessions: 3, maxPerAllocation: 2, maxPerUser: 2 })
    const other = await bystander()
    const mine = {
      principal: { kind: 'service-account', serviceAccountId: 'a', apiKeyId: 'b', capabilities: [] },
    } as const
    const { allocationId } = stage.sessions.row(stage.sessions.open().sessionId).ticket
    for (const expected of ['opened', 'refused'] as const) {
      const client = await stage.connect(stage.sessions.open({ ...mine, allocationId }).token)
      if (expected === 'opened') await client.ready()
      else {
        const second = await stage.connect(stage.sessions.open({ ...mine, allocationId }).token)
        expect(await second.closed).toEqual({ code: 4429, reason: 'TERMINAL_CAPACITY' })
      }
    }
    await other.isServed()
  })

  test('a client that never says hello is closed', async () => {
    await start({ helloMs: 100 })
    const client = await stage.connect(stage.sessions.open().token, { hello: 'withheld' })
    expect(await client.closed).toEqual({ code: 4415, reason: 'HELLO_TIMEOUT' })
  })

  test('an address with as many connections as it may have is refused before anything is opened', async () => {
    await start({ maxPerAddress: 1 })
    const other = await bystander()
    const refused = await connectTerminal(stage.url, stage.sessions.open().token)
    expect((await refused.closed).code).toBe(1006)
    await other.isServed()
    const { text } = await stage.metrics().exposition()
    expect(text).toContain('gpuaas_terminal_refused_total{outcome="address"} 1')
  })

  test('a client that is gone without a word is cut', async () => {
    await start({ pingMs: 50 })
    const { sessionId, token } = stage.sessions.open()
    const client = await stage.connect(token)
    await client.ready()
    Object.assign(client.socket, { _autoPong: false })
    expect((await client.closed).code).toBe(1006)
    await until('it is detached', () => stage.sessions.row(sessionId).state === 'DETACHED')
  })
})

describe('connections', () => {
  beforeEach(() => start())
  afterEach(stop)

  /** The status of an answer to an upgrade. */
  const upgrade = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request(stage.url.replace('ws:', 'http:').replace('/terminal', path), {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          'sec-websocket-protocol': TERMINAL_PROTOCOL,
          ...headers,
        },
      })
      asked.once('response', ({ statusCode = 0 }) => resolve(statusCode))
      asked.once('upgrade', (_, socket) => {
        socket.destroy()
        resolve(101)
      })
      asked.once('error', reject)
      asked.end()
    })

  test('a page of a foreign origin is refused; those of the list, of the same host, and programs are not', async () => {
    expect(await upgrade('/terminal', { origin: 'https://evil.example' })).toBe(403)
    expect(await upgrade('/terminal', { origin: 'null' })).toBe(403)
    expect(await upgrade('/terminal', { origin: 'https://console.example' })).toBe(101)
    expect(await upgrade('/terminal', { origin: new URL(stage.url.replace('ws:', 'http:')).origin })).toBe(101)
    expect(await upgrade('/terminal')).toBe(101)
  })

  test('R41: a token in the address is not looked at', async () => {
    const socket = new WebSocket(`${stage.url}?token=${stage.sessions.open().token}`, [TERMINAL_PROTOCOL])
    const code = await new Promise((resolve) => socket.once('close', resolve))
    expect(code).toBe(4401)
  })

  test('R41: a client whose token opens nothing is told so at once, though it said no hello', async () => {
    const client = await stage.connect('forged', { hello: 'withheld' })
    expect(await client.closed).toEqual({ code: 4401, reason: 'TERMINAL_TOKEN_INVALID' })
  })

  test('the token is never said back, and another subprotocol is told so', async () => {
    const { token } = stage.sessions.open()
    const client = await stage.connect(token)
    expect(client.socket.protocol).toBe(TERMINAL_PROTOCOL)
    const other = new WebSocket(stage.url, ['graphql-transport-ws', `token.${token}`])
    const [code] = await new Promise<[number]>((resolve) => other.once('close', (closed: number) => resolve([closed])))
    expect(code).toBe(4002)
  })

  test('another path is nobody’s', async () => {
    expect(await upgrade('/terminals')).toBe(404)
  })

  test('R42: of fifty that race with one token one is let in, and forty-nine are told that it is spent', async () => {
    const { token } = stage.sessions.open()
    const clients = await Promise.all(Array.from({ length: 50 }, () => stage.connect(token)))
    const isSettled = ({ frames, socket }: TerminalClient) =>
      frames.some(({ type }) => type === 'ready') || socket.readyState === WebSocket.CLOSED
    await until('each is let in or closed', () => clients.every(isSettled))
    const open = clients.filter(({ socket }) => socket.readyState === WebSocket.OPEN)
    expect(open).toHaveLength(1)
    for (const client of clients.filter((each) => !open.includes(each)))
      expect(await client.closed).toEqual({ code: 4401, reason: 'TERMINAL_TOKEN_REPLAYED' })
  })

  test('a gateway that drains tells its clients to reattach, and takes nobody in', async () => {
    const { sessionId, token } = stage.sessions.open()
    const client = await stage.connect(token)
    await client.ready()
    const drained = stage.gateway().drain(5000)
    expect(await client.closed).toEqual({ code: 1012, reason: 'DRAINING' })
    await drained
    expect(stage.sessions.row(sessionId).state).toBe('DETACHED')
    expect(await upgrade('/terminal')).toBe(503)
  })

  test('a broken hello is cut in the middle and harms nobody', async () => {
    const other = await bystander()
    const client = await stage.connect(stage.sessions.open().token, { hello: 'withheld' })
    client.socket.send(encodeClientFrame(hello).subarray(0, 5))
    expect((await client.closed).code).toBe(4002)
    await other.isServed()
  })
})
