import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Cancellation } from '../../../platform/cancellation/cancellation.ts'
import { startScriptedServer, type ScriptedServer } from '../../../test/testkit/scripted-server.ts'
import { until } from '../../../test/testkit/until.ts'
import type { HttpConnectionsOptions } from '../http-exchange.ts'
import { TimeLimit } from '../time-limit.ts'
import { Timeouts } from '../timeouts.ts'
import { ConnectionPool } from './connection-pool.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

let server: ScriptedServer
let pools: ConnectionPool[] = []
beforeEach(async () => {
  server = await startScriptedServer()
  server.answerWith(OK)
})
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()))
  pools = []
  await server.stop()
})

const poolWith = (options: Partial<HttpConnectionsOptions> = {}): ConnectionPool => {
  const url = new URL(`http://127.0.0.1:${server.port}/graphql?a=b`)
  const pool = new ConnectionPool({ url, headers: {}, connections: 8, maxResponseBytes: 1_000_000, ...options })
  pools.push(pool)
  return pool
}

const limitWith = (cancellation = new Cancellation()): TimeLimit =>
  new TimeLimit(new Timeouts(60_000), { cancellation })

/** The body of the answer, or the message of the failure. */
const asked = async (
  pool: ConnectionPool,
  {
    body = '{}',
    headers = {},
    limit = limitWith(),
  }: { body?: string; headers?: Record<string, string>; limit?: TimeLimit } = {},
): Promise<string> => {
  try {
    return (await pool.exchange({ headers, body }, limit)).body.toString()
  } catch (error) {
    return `failed: ${(error as Error).message}` // whatever fails here is an error
  } finally {
    limit.end()
  }
}

const firstConnection = () => {
  const [connection] = server.connections
  if (!connection) throw new Error('Nobody has connected')
  return connection
}

test('a post is one request, its constant fields first, its length in bytes', async () => {
  const pool = poolWith({ headers: { accept: 'application/json' } })
  await asked(pool, { body: '{"a":1}', headers: { 'x-correlation-id': 'c-1' } })
  expect(firstConnection().text()).toBe(
    `POST /graphql?a=b HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\n` +
      'accept: application/json\r\nx-correlation-id: c-1\r\ncontent-length: 7\r\n\r\n{"a":1}',
  )
})

test.each(['é', '漢字', '\u{1f600}', 'a\ud800', `${'a'.repeat(100_000)}é`])(
  'a body of more than ASCII is sent as UTF-8',
  async (body) => {
    await asked(poolWith(), { body })
    const bytes = Buffer.from(body)
    expect(firstConnection().text()).toContain(`content-length: ${bytes.length}\r\n\r\n`)
    expect(firstConnection().text().endsWith(`\r\n\r\n${bytes.toString()}`)).toBe(true)
  },
)

test.each<[name: string, headers: Record<string, string>]>([
  ['a value with a line break', { a: 'b\r\nx-gpuaas-principal: c' }],
  ['a value with a LF', { a: 'b\nc' }],
  ['a value with a NUL', { a: 'b\0' }],
  ['a value that is not ASCII', { a: 'é' }],
  ['a name with a line break', { 'a: b\r\nc': 'd' }],
  ['a name that is empty', { '': 'd' }],
])('%s is never sent', async (_, headers) => {
  const pool = poolWith()
  expect(await asked(pool, { headers })).toMatch(/^failed: .*header field/)
  expect(() => poolWith({ headers })).toThrow(/header field/)
  expect(await asked(pool)).toBe('{}')
  expect(server.connections.map(({ text }) => text().split('POST').length)).toEqual([2])
})

test('one connection serves what comes one after the other, the last one used is used next, and there are no more than allowed', async () => {
  const pool = poolWith({ connections: 3 })
  for (let count = 0; count < 5; count++) await asked(pool)
  expect(server.connections).toHaveLength(1)
  const held: (() => void)[] = []
  server.answerWith(({ socket }) => held.push(() => socket.write(OK)))
  const answered: number[] = []
  const all = Array.from({ length: 7 }, async (_, number) => {
    expect(await asked(pool, { body: String(number) })).toBe('{}')
    answered.push(number)
  })
  for (let count = 0; count < 7; count++) {
    await until('the next is under way', () => held.length > count)
    expect(held.length).toBeLessThanOrEqual(count + 3)
    held[count]?.()
  }
  await Promise.all(all)
  expect(answered).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(server.connections).toHaveLength(3)
  server.answerWith(OK)
  const before = server.connections.map(({ text }) => text().length)
  for (let count = 0; count < 5; count++) await asked(pool)
  const grown = server.connections.filter(({ text }, index) => text().length > (before[index] ?? 0))
  expect(grown).toHaveLength(1)
})

test.each<[name: string, answer: string]>([
  ['says that it closes', OK.replace('content-type', 'connection: close\r\ncontent-type')],
  ['is of HTTP/1.0', OK.replace('1.1', '1.0')],
  ['is followed by more', `${OK}${OK}`],
  [
    'is kept for no longer than it takes to notice',
    OK.replace('content-type', 'keep-alive: timeout=2\r\ncontent-type'),
  ],
])('no other post follows an answer that %s', async (_, answer) => {
  server.answerWith(answer)
  const pool = poolWith()
  expect([await asked(pool), await asked(pool)]).toEqual(['{}', '{}'])
  expect(server.connections).toHaveLength(2)
  await until('both are closed', () => server.connections.every(({ isClosed }) => isClosed()))
})

test('what comes while nobody has asked is no answer to who asks next', async () => {
  const pool = poolWith()
  expect(await asked(pool)).toBe('{}')
  firstConnection().socket.write(OK.replace('{}', '[]'))
  await until('the connection is closed', () => firstConnection().isClosed())
  expect(await asked(pool)).toBe('{}')
  expect(server.connections).toHaveLength(2)
})

test('what has come but was not read yet when the next post is made is no answer to that', async () => {
  const pool = poolWith()
  await asked(pool)
  // From a timer, so that connections are read before the posts are sent.
  const answer = await new Promise((resolve) => {
    setTimeout(() => {
      firstConnection().socket.write(OK.replace('{}', '[]'))
      // The system delivers it while this thread reads nothing.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
      resolve(asked(pool))
    })
  })
  expect(answer).toBe('{}')
  expect(server.connections).toHaveLength(2)
})

test('a connection that the subgraph closed is not used again', async () => {
  const pool = poolWith()
  await asked(pool)
  firstConnection().socket.end()
  await until('it is closed', () => firstConnection().isClosed())
  expect(await asked(pool)).toBe('{}')
})

test('an answer whose post was not read to its end is the last on its connection', async () => {
  server.answerWith(({ socket }) => {
    socket.pause()
    socket.write(OK)
  })
  const pool = poolWith()
  expect(await asked(pool, { body: 'x'.repeat(30_000_000) })).toBe('{}')
  server.answerWith(OK)
  expect(await asked(pool)).toBe('{}')
  expect(server.connections).toHaveLength(2)
})

test.each<[name: string, answer: (socket: ScriptedServer['connections'][number]['socket']) => void]>([
  ['half an answer and then the end', (socket) => socket.end(OK.slice(0, -1))],
  ['half an answer and then a reset', (socket) => void socket.write(OK.slice(0, -1), () => socket.resetAndDestroy())],
  [
    'a body without a length and then a reset',
    (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n{', () => socket.resetAndDestroy()),
  ],
  ['nothing but the end', (socket) => socket.end()],
  ['no answer of HTTP', (socket) => void socket.write('hello\r\n')],
])('%s is a failure, and of that post alone', async (_, answer) => {
  const pool = poolWith()
  server.answerWith(({ socket }) => answer(socket))
  expect(await asked(pool)).toMatch(/^failed: /)
  server.answerWith(OK)
  expect(await asked(pool)).toBe('{}')
})

test('a body may end with its connection', async () => {
  server.answerWith(({ socket }) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"a":1}'))
  expect(await asked(poolWith())).toBe('{"a":1}')
})

test('who gives up while the answer is awaited closes the connection, who waits for one leaves the row', async () => {
  const pool = poolWith({ connections: 1 })
  server.answerWith(() => undefined)
  const [first, second] = [new Cancellation(), new Cancellation()]
  const asking = asked(pool, { limit: limitWith(first), body: 'first' })
  await until('the first is under way', () => server.connections.length === 1)
  const waiting = asked(pool, { limit: limitWith(second), body: 'second' })
  const third = asked(pool, { body: 'third' })
  second.cancel(new Error('left'))
  expect(await waiting).toMatch(/^failed: /)
  server.answerWith(OK)
  first.cancel(new Error('left'))
  expect(await asking).toMatch(/^failed: /)
  expect(await third).toBe('{}')
  expect(firstConnection().isClosed()).toBe(true)
  expect(server.connections.map(({ text }) => text().endsWith('second'))).toEqual([false, false])
})

test('what is not used is closed after a while, sooner than the subgraph would', async () => {
  server.answerWith(OK.replace('content-type', 'keep-alive: timeout=3\r\ncontent-type'))
  await asked(poolWith())
  const since = performance.now()
  await until('it is closed', () => firstConnection().isClosed())
  expect(performance.now() - since).toBeGreaterThan(900)
})

test('closing ends what is under way and what waits, and nothing is sent after', async () => {
  const pool = poolWith({ connections: 1 })
  server.answerWith(() => undefined)
  const failing = [asked(pool), asked(pool)]
  await until('one is under way', () => server.connections.length === 1)
  await pool.close()
  expect(await Promise.all([...failing, asked(pool)])).toEqual(
    Array(3).fill(expect.stringMatching(/^failed: .*closed/)),
  )
  await until('it is closed', () => firstConnection().isClosed())
  expect(server.connections).toHaveLength(1)
})

test('an address of IPv6 is connected to, and named with its brackets', async () => {
  const six = await startScriptedServer('::1').catch(() => undefined)
  // A machine may have none.
  if (!six) return
  six.answerWith(OK)
  expect(await asked(poolWith({ url: new URL(`http://[::1]:${six.port}/`) }))).toBe('{}')
  expect(six.connections[0]?.text()).toContain(`\r\nhost: [::1]:${six.port}\r\n`)
  await six.stop()
})
