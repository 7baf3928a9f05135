import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { buildSchema, parse } from 'graphql'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { eventually } from '../../test/testkit/eventually.ts'
import { testRequest } from '../../test/testkit/federated-graph.ts'
import { PLATFORM_SCOPE } from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { inProcessTransport } from './in-process-transport.ts'

let testDatabase: TestDatabase
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = testDatabase.open('storage', { poolSize: 2, statementTimeoutMs: 300_000 })
})
afterAll(() => testDatabase.drop())

const schema = buildSchema('type Query { slow: Int }')
const slow = schema.getQueryType()?.getFields()['slow']
if (slow) {
  slow.resolve = () => database.read(PLATFORM_SCOPE, (db) => db.$queryRaw`select pg_sleep(200)::text`)
}
const SLOW = { subgraph: 's', operation: '{ slow }', operationName: undefined, document: parse('{ slow }') }

/** Those at work for long enough that nothing is put behind them on their connection. */
const sleepers = async (count: number) => {
  const owner = await testDatabase.connect('owner')
  await eventually(async () => {
    const { rowCount } = await owner.query(
      `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'
         and clock_timestamp() - query_start > interval '20 ms'`,
    )
    expect(rowCount).toBe(count)
  })
}

test('a statement of a subgraph in process ends when the request is given up, those of other requests do not', async () => {
  const transport = inProcessTransport({ name: 's', schema, context: () => ({}), timeoutMs: 300_000 })
  const [leaving, staying] = [new AbortController(), new AbortController()]
  const asked = ({ signal }: AbortController) =>
    Promise.resolve(transport.execute(SLOW, {}, testRequest({ signal }))).catch((error: unknown) => error)
  const left = asked(leaving)
  await sleepers(1)
  const stays = asked(staying)
  await sleepers(2)
  leaving.abort(catalogued('REQUEST_CANCELLED'))
  expect(await left).toMatchObject({ code: 'REQUEST_CANCELLED' })
  await sleepers(1)
  staying.abort(catalogued('REQUEST_TIMEOUT'))
  expect(await stays).toMatchObject({ code: 'REQUEST_TIMEOUT' })
  await sleepers(0)
})

test('a statement of a subgraph in process ends when the subgraph has had its time', async () => {
  const transport = inProcessTransport({ name: 's', schema, context: () => ({}), timeoutMs: 500 })
  await expect(transport.execute(SLOW, {}, testRequest())).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' })
  await sleepers(0)
})
