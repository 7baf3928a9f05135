import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/testkit/database.ts'
import { fateBy } from '../connection-fate.ts'
import { PacketSocket } from '../packet-socket.ts'
import { NO_SCOPE } from '../scope-settings.ts'
import { ReadStatement } from './read-statement.ts'

let testDatabase: TestDatabase

beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase.drop())

/** What a connection answers to a read; undefined without an error. */
const read = (client: Client, text: string): Promise<Error | undefined> =>
  new Promise((resolve) => {
    void client.query(new ReadStatement({ name: '', text, values: [] }, NO_SCOPE, resolve)) // gives back the statement
  })

test('a read sent when the server has ended the connection is lost with it, as is the one underway', async () => {
  const stream: Socket = new PacketSocket()
  const client = new Client({ connectionString: testDatabase.urlOf('compute'), pipeline: true, stream: () => stream })
  client.on('error', () => undefined)
  await client.connect()
  const underway = read(client, 'select pg_sleep(60)')
  await nextTurn() // it is on its way
  const ended = once(stream, 'end')
  stream.push(null) // as the network tells it
  await ended
  const answers = await Promise.all([underway, read(client, 'select 1')])
  const lost = { message: 'Connection terminated unexpectedly' }
  expect(answers).toMatchObject([lost, lost])
  expect(answers.map((error) => error && fateBy(error))).toEqual(['lost', 'lost'])
})

test('a write that Node refuses because the connection has ended tells of a loss', () => {
  const error = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' })
  expect(fateBy(error)).toBe('lost')
})
