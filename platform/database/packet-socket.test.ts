import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client, type QueryResult } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { PacketSocket } from './packet-socket.ts'

let testDatabase: TestDatabase

beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase.drop())

class CountingSocket extends PacketSocket {
  packets = 0

  override _writev(...args: Parameters<PacketSocket['_writev']>): void {
    this.packets += 1
    super._writev(...args)
  }
}

test('the statements of one turn go out as one packet, those of the next as another', async () => {
  const socket = new CountingSocket()
  const client = new Client({ connectionString: testDatabase.urlOf('owner'), stream: () => socket, pipeline: true })
  await client.connect()
  const ask = async (numbers: readonly number[]): Promise<{ answers: unknown[]; packets: number }> => {
    const before = socket.packets
    const results: QueryResult[] = await Promise.all(
      numbers.map((number) => client.query({ name: 'echo', text: 'select $1::int as n', values: [number] })),
    )
    return { answers: results.map(({ rows }) => (rows as unknown[])[0]), packets: socket.packets - before }
  }
  await expect(ask([1, 2, 3])).resolves.toEqual({ answers: [{ n: 1 }, { n: 2 }, { n: 3 }], packets: 1 })
  await expect(ask([4, 5])).resolves.toEqual({ answers: [{ n: 4 }, { n: 5 }], packets: 1 })
  await client.end()
})
