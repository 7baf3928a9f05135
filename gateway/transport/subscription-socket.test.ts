import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { WebSocketServer, type WebSocket } from 'ws'
import { until } from '../../test/testkit/until.ts'
import { SubscriptionSocket, type SubscriptionSocketOptions } from './subscription-socket.ts'

/** What the subgraph does with a message, by its type; what is not there is passed over. */
type Script = Readonly<Record<string, (socket: WebSocket, id: string) => void>>

const say = (socket: WebSocket, message: object): void => socket.send(JSON.stringify(message))
const ACKNOWLEDGED: Script = { connection_init: (socket) => say(socket, { type: 'connection_ack' }) }

let server: WebSocketServer
let script: Script
let received: { readonly type: string; readonly id?: string }[]
let open: SubscriptionSocket[]
beforeEach(async () => {
  ;[script, received, open] = [ACKNOWLEDGED, [], []]
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { readonly type: string; readonly id?: string } // ours sends those
      received.push(message)
      script[message.type]?.(socket, message.id ?? '')
    })
  })
  await once(server, 'listening')
})
afterEach(async () => {
  await Promise.all(open.map((socket) => socket.close()))
  for (const socket of server.clients) socket.terminate()
  server.close()
})

const url = (): string => `ws://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
const socketWith = (options: Partial<SubscriptionSocketOptions> = {}): SubscriptionSocket => {
  const socket = new SubscriptionSocket({
    ...{ url: url(), idleMs: 60_000, answerMs: 60_000, maxMessageBytes: 10_000, onConnected: () => undefined },
    ...options,
  })
  open.push(socket)
  return socket
}

/** Subscribes; what its sink is told, in order. */
const heard = (socket: SubscriptionSocket) => {
  const told: unknown[] = []
  const end = socket.subscribe(
    { query: 'subscription { tick }' },
    {
      next: (result) => told.push(result),
      refused: (errors) => told.push(errors),
      lost: () => told.push('lost'),
      complete: () => told.push('complete'),
    },
  )
  return { told, end }
}
const types = (): readonly string[] => received.map(({ type }) => type)

test('an event that is larger than may be ends its subscription, and no other', async () => {
  script = {
    ...ACKNOWLEDGED,
    subscribe: (socket, id) => {
      if (id === '1') return
      say(socket, { type: 'next', id, payload: { data: { tick: 'x'.repeat(10_000) } } })
      say(socket, { type: 'next', id, payload: 'too late' })
    },
    complete: (socket) => say(socket, { type: 'next', id: '1', payload: { data: { tick: 1 } } }),
  }
  const socket = socketWith()
  const [other, large] = [heard(socket), heard(socket)]
  await until('the other is told', () => other.told.length > 0)
  expect(other.told).toEqual([{ data: { tick: 1 } }])
  expect(large.told).toEqual([[]])
  expect(received.at(-1)).toEqual({ type: 'complete', id: '2' })
  expect(server.clients.size).toBe(1)
})

test('what cannot be written is thrown to who asks for it, and nobody else hears of it', async () => {
  const socket = socketWith()
  const { told } = heard(socket)
  const sink = { next: () => undefined, refused: () => undefined, lost: () => undefined, complete: () => undefined }
  expect(() => socket.subscribe({ variables: { unwritable: 1n } }, sink)).toThrow(TypeError)
  await until('the first is asked for', () => types().includes('subscribe'))
  expect([types(), told]).toEqual([['connection_init', 'subscribe'], []])
})

test('a message that is far larger than may be ends its connection', async () => {
  script = {
    ...ACKNOWLEDGED,
    subscribe: (socket, id) => say(socket, { type: 'next', id, payload: { data: { tick: 'x'.repeat(40_000) } } }),
  }
  const { told } = heard(socketWith())
  await until('it is lost', () => told.length > 0)
  expect(told).toEqual(['lost'])
})

test('each is told what is for it, until it is complete or refused', async () => {
  script = {
    ...ACKNOWLEDGED,
    subscribe: (socket, id) => {
      say(socket, { type: 'next', id, payload: { data: { tick: Number(id) } } })
      say(socket, id === '1' ? { type: 'complete', id } : { type: 'error', id, payload: [{ message: 'no' }] })
      say(socket, { type: 'next', id, payload: 'too late' })
    },
  }
  const socket = socketWith()
  const [first, second] = [heard(socket), heard(socket)]
  await until('both have ended', () => first.told.length + second.told.length === 4)
  expect(first.told).toEqual([{ data: { tick: 1 } }, 'complete'])
  expect(second.told).toEqual([{ data: { tick: 2 } }, [{ message: 'no' }]])
  expect(types()).toEqual(['connection_init', 'subscribe', 'subscribe'])
})

test('who ends one says so to the subgraph and hears nothing more; the connection is kept for a while', async () => {
  const socket = socketWith({ idleMs: 30 })
  const [first, second] = [heard(socket), heard(socket)]
  await until('both are asked for', () => types().length === 3)
  first.end()
  await until('the first is ended', () => types().includes('complete'))
  expect(server.clients.size).toBe(1)
  second.end()
  await until('the connection is closed', () => server.clients.size === 0)
  expect([...first.told, ...second.told]).toEqual([])
  const third = heard(socket)
  await until('it is opened again', () => types().filter((type) => type === 'subscribe').length === 3)
  third.end()
})

test('pings are answered', async () => {
  script = { ...ACKNOWLEDGED, subscribe: (socket) => say(socket, { type: 'ping' }) }
  heard(socketWith())
  await until('it is answered', () => types().includes('pong'))
})

test.each<[name: string, script: Script]>([
  ['does not acknowledge it', {}],
  ['does not answer pings', ACKNOWLEDGED],
])('a connection whose subgraph %s is given up', async (_, silent) => {
  script = silent
  const { told } = heard(socketWith({ answerMs: 50 }))
  await until('it is given up', () => told.length > 0)
  expect(told).toEqual(['lost'])
  await until('it is closed', () => server.clients.size === 0)
})

test.each<[name: string, answer: (socket: WebSocket) => void]>([
  ['what is no JSON', (socket) => socket.send('hello')],
  ['null', (socket) => socket.send('null')],
  ['an unknown message', (socket) => say(socket, { type: 'hello' })],
  ['a second acknowledgement', (socket) => say(socket, { type: 'connection_ack' })],
  ['its end', (socket) => socket.close(1000)],
])('a subgraph that sends %s has lost its subscriptions, and others may follow', async (_, answer) => {
  script = { ...ACKNOWLEDGED, subscribe: answer }
  const socket = socketWith()
  const { told } = heard(socket)
  await until('it is lost', () => told.length > 0)
  expect(told).toEqual(['lost'])
  script = { ...ACKNOWLEDGED, subscribe: (client, id) => say(client, { type: 'next', id, payload: 1 }) }
  const again = heard(socket)
  await until('it is told', () => again.told.length > 0)
  expect(again.told).toEqual([1])
})

/** Subscribes, ends that with its first event, closes, says so, and has nothing else to do. */
const PROGRAM = `
  const { SubscriptionSocket } = await import(process.argv[1])
  const socket = new SubscriptionSocket({ url: process.argv[2], idleMs: 60_000, answerMs: 60_000, maxMessageBytes: 10_000, onConnected() {} })
  await new Promise((resolve) => {
    const end = socket.subscribe({}, { next: () => { end(); resolve() }, refused: console.error, lost: console.error, complete() {} })
  })
  await socket.close()
  console.log('closed')
`

test.each<[name: string, isFrozen: boolean]>([
  ['answers', false],
  ['has frozen', true],
])('closing leaves nothing behind that would keep a process, of a subgraph that %s', async (_, isFrozen) => {
  script = {
    ...ACKNOWLEDGED,
    subscribe: (socket, id) => say(socket, { type: 'next', id, payload: 1 }),
    complete: (socket) => {
      if (isFrozen) socket.pause()
    },
  }
  const program = join(import.meta.dirname, 'subscription-socket.ts')
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, program, url()])
  let closedAt = 0
  child.stdout.on('data', () => (closedAt = performance.now()))
  const [code] = (await once(child, 'exit')) as [number | null] // its first argument
  expect(code).toBe(0)
  expect(closedAt).toBeGreaterThan(0)
  expect(performance.now() - closedAt).toBeLessThan(8000)
})
