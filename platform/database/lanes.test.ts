import { expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
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

/** Connections that keep what they are given until a test answers it, each in its order. */
const heldConnections = () => {
  const opened: { readonly names: string[]; readonly answers: Parameters<Statement['send']>[1][] }[] = []
  const lanes = createLanes({
    connect: () => {
      const connection = { names: [], answers: [], release: () => undefined }
      opened.push(connection)
      return Promise.resolve(connection as unknown as PoolClient) // all that a lane asks of one
    },
    isContended: () => false,
  })
  const carry = (name: string, refused?: (error: unknown) => void): void => {
    lanes.carry({
      send: (client, answered) => {
        if (refused !== undefined) throw new Error(`${name} is not sent`)
        const held = opened.find((connection) => (connection as unknown) === client)
        held?.names.push(name)
        held?.answers.push(answered)
      },
      fail: (error) => refused?.(error),
    })
  }
  return { opened, carry }
}

/** Until what was carried has left: it is given to its connection in one turn, and sent at the end of it. */
const hasLeft = async (): Promise<void> => {
  await turn()
  await turn()
}

test('what comes while a packet is underway waits for all its answers, and goes together', async () => {
  const { opened, carry } = heldConnections()
  carry('first')
  carry('second')
  await hasLeft()
  carry('third')
  carry('fourth')
  await hasLeft()
  const [connection] = opened
  expect(connection?.names).toEqual(['first', 'second'])
  connection?.answers[0]?.('sound')
  expect(connection?.names).toEqual(['first', 'second'])
  connection?.answers[1]?.('sound')
  carry('fifth')
  expect(connection?.names).toEqual(['first', 'second', 'third', 'fourth', 'fifth'])
  expect(opened).toHaveLength(1)
})

test.each(['lost', 'unusable'] as const)(
  'what waited behind a packet whose connection is %s goes by another',
  async (fate) => {
    const { opened, carry } = heldConnections()
    carry('first')
    await hasLeft()
    carry('second')
    opened[0]?.answers[0]?.(fate)
    await hasLeft()
    expect(opened.map(({ names }) => names)).toEqual([['first'], ['second']])
  },
)

test('what could not be sent is told, and keeps nothing from those behind it', async () => {
  const { opened, carry } = heldConnections()
  const told: unknown[] = []
  carry('first')
  await hasLeft()
  carry('second', (error) => told.push(error))
  carry('third')
  opened[0]?.answers[0]?.('sound')
  expect(opened[0]?.names).toEqual(['first', 'third'])
  expect(told).toEqual([expect.objectContaining({ message: 'second is not sent' })])
})
