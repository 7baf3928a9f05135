import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { silentLog } from '../../platform/log/log.ts'
import { until } from '../../test/testkit/until.ts'
import { createErrorReporter } from '../errors/error-reporter.ts'
import type { Pieces } from '../execution/completion/pieces.ts'
import { createEdgeServer, type EdgeServer } from './edge-server.ts'
import { sendAnswer } from './send-answer.ts'

let edge: EdgeServer
afterEach(() => edge.drain(0))

/** More than any system keeps for a connection whose other side does not read. */
const LARGE_BYTES = 64 * 1_048_576
/** In parts, as answers are written. */
const PART = Buffer.alloc(32_768, 'x')
const LARGE = Array.from({ length: LARGE_BYTES / PART.length }, () => PART)
/** As one text: what somebody has looked into is written anew. */
const TEXT = ['x'.repeat(LARGE_BYTES)]

interface Exchange {
  readonly client: Socket
  readonly there: Socket
}

/** A client that has asked for what is too much, and the server's side of its connection. */
const arrange = async (standstillMs: number, body: Pieces = LARGE): Promise<Exchange> => {
  const report = createErrorReporter({ log: silentLog, docsBaseUrl: undefined, metrics: undefined })
  edge = createEdgeServer({ maxBodyBytes: 1000, standstillMs, report })
  edge.fastify.get('/large', async (request, reply) => {
    await sendAnswer(request, reply, { status: 200, headers: {}, body })
    return reply
  })
  await edge.fastify.listen({ port: 0, host: '127.0.0.1' })
  const { port } = edge.fastify.server.address() as AddressInfo // of a server that listens on a port
  const arriving = once(edge.fastify.server, 'connection') as Promise<[Socket]> // what that event brings
  const client = connect(port, '127.0.0.1')
  client.pause()
  client.on('error', () => undefined)
  client.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n')
  const [there] = await arriving
  return { client, there }
}

test('a client that reads nothing of its answer is cut, and the answer let go', async () => {
  const { client, there } = await arrange(300)
  await until('the server waits for nobody', () => there.destroyed)
  await until('the answer is let go', () => there.writableLength === 0)
  client.destroy()
})

test.each([
  ['in parts', LARGE],
  ['as one text', TEXT],
])('an answer %s is handed over no faster than its client reads', async (_, body) => {
  const { client, there } = await arrange(10_000, body)
  await until('the system takes no more', () => there.writableNeedDrain)
  expect(there.writableLength).toBeLessThan(1_048_576)
  client.destroy()
})

test('one that reads slowly has all of it', async () => {
  const { client } = await arrange(10_000)
  let read = 0
  client.on('data', (chunk: Buffer) => {
    read += chunk.length
    client.pause()
    setImmediate(() => client.resume())
  })
  client.resume()
  await until('it has everything', () => read > LARGE_BYTES)
  client.destroy()
})
