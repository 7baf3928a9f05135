import { expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { PoolClient } from 'pg'
import { eventually } from '../../test/testkit/eventually.ts'
import { createLanes, type Statement } from './lanes.ts'

/** A server that counts who comes: cancel requests come by connections of their own. */
const countingServer = async () => {
  const came: (number | undefined)[] = []
  const server = createServer((socket) => {
    came.push(socket.remotePort)
    socket.on('error', () => undefined).resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const { port } = address
  return {
    port,
    count: () => came.length,
    /** With all that were on their way: connections are taken in the order in which they were made. */
    countAll: async () => {
      const last = connect(port, '127.0.0.1')
      await once(last, 'connect')
      const { localPort } = last
      await eventually(() => expect(came).toContain(localPort))
      last.end()
      came.splice(came.indexOf(localPort), 1)
      return came.length
    },
    close: () => server.close(),
  }
}

test('the server is asked once to end a statement, however many of the same caller wait behind it', async () => {
  const server = await countingServer()
  const client = { host: '127.0.0.1', port: server.port, processID: 1, secretKey: 1, release: () => undefined }
  const lanes = createLanes({
    connect: () => Promise.resolve(client as unknown as PoolClient), // all that a lane asks of one
    isContended: () => false,
  })
  const ends: (() => void)[] = []
  const statements = Array.from({ length: 12 }, (): Statement => ({
    send: (_, answered) => void ends.push(() => void answered('sound')),
    fail: () => undefined,
  }))
  try {
    statements.forEach(lanes.carry)
    await eventually(() => expect(ends).toHaveLength(statements.length))
    for (const statement of statements) lanes.abandon(statement, new Error('left'))
    await eventually(() => expect(server.count()).toBeGreaterThan(0))
    expect(await server.countAll()).toBe(1)
    ends.shift()?.()
    await eventually(() => expect(server.count()).toBeGreaterThan(1))
    expect(await server.countAll()).toBe(2)
  } finally {
    for (const end of ends) end()
    server.close()
  }
})
