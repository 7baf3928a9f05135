import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openAccess, type AccessDirectory } from './access.ts'
import { openTerminalSessions } from './terminal-sessions.ts'
import type { Cache } from '../platform/cache/cache.ts'
import { createMemoryCache } from '../platform/cache/memory-cache.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { silentLog } from '../platform/log/log.ts'
import { createMetrics } from '../platform/metrics/metrics.ts'
import type { TerminalSessions } from '../terminal/sessions.ts'
import { createTestDatabase, type TestDatabase } from '../test/testkit/database.ts'

const clock = systemClock
let database: TestDatabase
let cache: Cache
let access: AccessDirectory
let sessions: TerminalSessions
const metrics = createMetrics({ process: 'left out' })

beforeAll(async () => {
  database = await createTestDatabase()
  cache = createMemoryCache({ clock, log: silentLog })
  const common = { cache, clock, ids: systemIds, log: silentLog, poolSize: 2 }
  access = await openAccess({ ...common, url: database.urlOf('access') })
  sessions = openTerminalSessions({ ...common, place: { urlOf: database.urlOf }, access, metrics })
})
afterAll(async () => {
  await sessions.stop()
  await access.close()
  await cache.close()
  await database.drop()
})

test('a terminal gateway tells where it is, under compute’s role, until it drains and leaves', async () => {
  const owner = await database.connect('owner')
  const known = async (): Promise<readonly object[]> => {
    const columns = 'id, url, capacity, held, drained_at is not null as drained'
    return (await owner.query<object>(`select ${columns} from compute.terminal_gateways`)).rows
  }
  const gateway = { id: 'g1', url: 'wss://terminal.example.com', capacity: 5, held: () => 2 }
  const membership = await sessions.join(gateway)
  expect(await known()).toEqual([{ id: 'g1', url: gateway.url, capacity: 5, held: 2, drained: false }])
  await membership.drain()
  expect(await known()).toEqual([expect.objectContaining({ drained: true })])
  await membership.leave()
  expect(await known()).toEqual([])
})

test('R42: what becomes of terminal tokens is in the metrics', async () => {
  expect(await sessions.redeem({ token: 'nothing', gatewayId: 'g1' })).toEqual({
    ok: false,
    code: 'TERMINAL_TOKEN_INVALID',
  })
  const { text } = await metrics.exposition()
  expect(text).toContain('gpuaas_terminal_tokens_consumed_total 0')
  expect(text).toContain('gpuaas_terminal_token_replay_rejected_total 0')
})
