import type { IncomingHttpHeaders } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import { startGateway } from '../../test/testkit/gateway.ts'
import { createTicker } from '../../test/testkit/graphs/ticker.ts'
import { connectSocket } from '../../test/testkit/raw-socket.ts'
import { until } from '../../test/testkit/until.ts'
import { clientAddress } from '../../platform/http/client-address.ts'
import { DEFAULT_LIMITS } from '../operation/limits.ts'
import { createConnections } from './connections.ts'
import { createDeadlines } from './deadlines.ts'
import { isForeignOrigin } from './origin.ts'
import { Outbox } from './outbox.ts'
import { createPlaces } from './places.ts'

const stops: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

describe('a gateway that drains', () => {
  test('waits for nobody after it has cut who was left', async () => {
    const connections = createConnections({ limits: DEFAULT_LIMITS, pingMs: 60_000, drainWindowMs: 0 })
    let isCut = false
    const nothing = (): void => undefined
    connections.add({ check: nothing, warn: nothing, restart: nothing, cut: () => (isCut = true) })
    await connections.drain(10)
    expect(isCut).toBe(true)
  })

  test('tells everybody, serves what is open, takes nothing new, and closes one after the other over its window', async () => {
    const ticker = createTicker()
    const { gateway, url } = await startGateway(ticker.subgraphs, { drainWindowMs: 3000 })
    const sockets = await Promise.all(Array.from({ length: 10 }, () => connectSocket(url)))
    for (const socket of sockets)
      socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { tick { at } }' } })
    await until('it streams', () => ticker.open() === 1)
    const closedAt: number[] = []
    for (const { socket } of sockets) socket.once('close', () => closedAt.push(performance.now()))
    const stopped = gateway.stop(20_000)
    const last = sockets.at(-1)
    await last?.message(1)
    expect(last?.messages[1]).toEqual({
      type: 'ping',
      payload: { code: 'SHUTTING_DOWN', closesWithinMs: 3000 },
    })
    last?.send({ id: '2', type: 'subscribe', payload: { query: '{ open }' } })
    expect(await last?.message(2)).toMatchObject({
      type: 'error',
      id: '2',
      payload: [{ extensions: { code: 'SHUTTING_DOWN' } }],
    })
    ticker.push('a')
    expect((await last?.message(3))?.type).toBe('next')
    await expect(connectSocket(url)).rejects.toThrow()
    expect(await Promise.all(sockets.map(async (socket) => (await socket.closed()).code))).toEqual(
      sockets.map(() => 1012),
    )
    expect(Math.max(...closedAt) - Math.min(...closedAt)).toBeGreaterThan(1500)
    await stopped
  })
})

describe('deadlines', () => {
  test('are met in their order, not before their time, and not at all where they were prevented', async () => {
    const deadlines = createDeadlines({ now: () => new Date() })
    stops.push(deadlines.stop)
    const begun = Date.now()
    const met: string[] = []
    const at = (name: string, milliseconds: number) =>
      deadlines.at(new Date(begun + milliseconds), () => {
        if (Date.now() < begun + milliseconds) met.push('too early')
        met.push(name)
      })
    at('second', 300)
    at('first', 100)
    at('passed', -1000)
    at('far', 100 * 365 * 24 * 3600 * 1000)
    const prevent = at('prevented', 200)
    prevent()
    await until('two have come', () => met.includes('second'))
    expect(met).toEqual(['passed', 'first', 'second'])
  })
})

test('places are bounded for each holder, and a place is given back once', () => {
  const places = createPlaces(2)
  const [one, other] = [places.take('ada'), places.take('ada')]
  expect(places.take('ada')).toBeUndefined()
  expect(places.take('grace')).toBeDefined()
  one?.()
  one?.()
  expect(places.take('ada')).toBeDefined()
  expect(places.take('ada')).toBeUndefined()
  other?.()
})

test('an origin is foreign unless it is our host or was allowed', () => {
  const allowed = new Set(['https://console.example'])
  const isForeign = (headers: IncomingHttpHeaders) => isForeignOrigin({ host: 'graph.example', ...headers }, allowed)
  expect(isForeign({})).toBe(false)
  expect(isForeign({ origin: 'https://graph.example' })).toBe(false)
  expect(isForeign({ origin: 'https://console.example' })).toBe(false)
  for (const origin of ['https://graph.example.evil', 'null', '', 'https://graph.example:8443', 'console.example'])
    expect(isForeign({ origin })).toBe(true)
})

describe('the address of a client', () => {
  const from = (remoteAddress: string, forwarded?: string) => ({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  })

  test.each<[remote: string, forwarded: string | undefined, expected: string]>([
    ['203.0.113.9', undefined, '203.0.113.9'],
    ['::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['10.0.0.2', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.2', '192.0.2.1, 198.51.100.1, 10.0.0.7', '198.51.100.1'],
    ['10.0.0.2', 'nonsense', '10.0.0.2'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::1', '2001:db8::1', '2001:db8::1'],
  ])('of %s, forwarded for %s, is %s', (remote, forwarded, expected) => {
    expect(clientAddress(['10.0.0.0/8', 'loopback'])(from(remote, forwarded))).toBe(expected)
  })
})

describe('an outbox', () => {
  const arrange = (limits: { maxQueuedEvents: number; maxQueuedBytes: number }) => {
    const written: string[] = []
    let isOpen = true
    let drain: () => void = () => undefined
    const pressures: boolean[] = []
    const outbox = new Outbox(
      {
        write: (bytes) => {
          written.push(bytes.toString())
          return isOpen
        },
        once: (_, call) => (drain = call),
      },
      limits,
      (isOver) => pressures.push(isOver),
    )
    return {
      outbox,
      written,
      pressures,
      block: () => (isOpen = false),
      drain: () => {
        isOpen = true
        drain()
      },
    }
  }
  const bytes = (text: string): Buffer => Buffer.from(text)
  const [mine, other] = [{}, {}]

  test('keeps order, bounds events by number and bytes, and takes what must be said beyond', () => {
    const { outbox, written, pressures, block, drain } = arrange({ maxQueuedEvents: 2, maxQueuedBytes: 10 })
    block()
    expect(outbox.offer(bytes('a'), mine)).toBe(true)
    expect([outbox.offer(bytes('b'), mine), outbox.offer(bytes('c'), mine), outbox.offer(bytes('d'), mine)]).toEqual([
      true,
      true,
      false,
    ])
    outbox.send(bytes('last'))
    expect(pressures).toEqual([true])
    drain()
    expect(written).toEqual(['a', 'b', 'c', 'last'])
    expect(pressures).toEqual([true, false])
    block()
    outbox.offer(bytes('e'), mine)
    expect(outbox.offer(bytes('more than ten'), mine)).toBe(false)
  })

  test('takes back what waits of one owner, and tells when nothing waits', async () => {
    const { outbox, written, block, drain } = arrange({ maxQueuedEvents: 9, maxQueuedBytes: 99 })
    expect(outbox.drained()).toBeUndefined()
    block()
    outbox.offer(bytes('a'), mine)
    outbox.offer(bytes('b'), mine)
    outbox.offer(bytes('c'), other)
    const drained = outbox.drained()
    outbox.drop(mine)
    drain()
    await drained
    expect(written).toEqual(['a', 'c'])
  })
})
