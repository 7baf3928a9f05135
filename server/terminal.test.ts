import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import { openAccess, type AccessDirectory } from './access.ts'
import { startTerminalGateway } from './terminal.ts'
import type { Cache } from '../platform/cache/cache.ts'
import { createMemoryCache } from '../platform/cache/memory-cache.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { createKeyRing } from '../platform/crypto/key-ring.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { silentLog } from '../platform/log/log.ts'
import { createMetrics } from '../platform/metrics/metrics.ts'
import { LINK_PROTOCOL } from '../terminal/node-link/link-frames.ts'
import { createTestDatabase, type TestDatabase } from '../test/testkit/database.ts'
import { startFaultyProxy, type FaultyProxy } from '../test/testkit/faulty-proxy.ts'

const common = { clock: systemClock, ids: systemIds, log: silentLog, poolSize: 2 }
let database: TestDatabase
let proxy: FaultyProxy
let cache: Cache
let access: AccessDirectory
let server: Server

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startFaultyProxy([`http://${new URL(database.ownerUrl).host}`])
  cache = createMemoryCache(common)
  access = await openAccess({ ...common, cache, url: database.urlOf('access') })
})
beforeEach(async () => {
  server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(() => {
  server.close()
})
afterAll(async () => {
  await proxy.close()
  await access.close()
  await cache.close()
  await database.drop()
})

/** The database by TCP, through the proxy. */
const throughProxy = (text: string): string => {
  const url = new URL(text)
  url.host = new URL(proxy.url).host
  url.searchParams.delete('host')
  return url.href
}

const start = async () =>
  startTerminalGateway({
    ...common,
    ...{ cache, access, server, elsewhere: [], metrics: createMetrics({ process: 'left out' }) },
    url: 'http://127.0.0.1:4000',
    place: { urlOf: (role) => throughProxy(database.urlOf(role)) },
    keys: { ring: await createKeyRing('EdDSA'), agents: [] },
    config: {
      ...{ corsOrigins: [], maxConnectionsPerAddress: 10, shutdownTimeoutMs: 5_000, trustedProxies: undefined },
      ...{ terminalMaxSessions: 5, terminalUrl: undefined, terminalsPerAllocation: 5, terminalsPerOpener: 5 },
    },
  })

/** Dials as an agent does. */
const dial = (): WebSocket => {
  const { port } = server.address() as AddressInfo // a server that listens on a port has an address with one
  return new WebSocket(`ws://127.0.0.1:${port.toString()}/terminal/agent`, LINK_PROTOCOL)
}

test('a gateway whose database is away lets everybody go all the same, and tells that it could not say so', async () => {
  const running = await start()
  const agent = dial()
  await once(agent, 'open')
  const closed = once(agent, 'close')
  proxy.lead([])
  proxy.cut()
  await expect(running.stop()).rejects.toThrow()
  expect((await closed)[0]).toBe(1012)
})

test('a gateway that cannot tell of itself does not start, and takes nobody in', async () => {
  proxy.lead([])
  await expect(start()).rejects.toThrow()
  const [error] = await once(dial(), 'error').catch((reason: unknown) => [reason])
  expect(String(error)).toContain('503')
})
