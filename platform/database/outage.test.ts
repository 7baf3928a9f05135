import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { eventually } from '../../test/testkit/eventually.ts'
import { systemGrant } from '../access/authorize.ts'
import { PLATFORM_SCOPE, type PlatformScope } from '../access/scope.ts'
import { ok } from '../result/result.ts'
import type { Database } from './database.ts'
import { createUnits } from './units.ts'

/** A way to the database that can be cut, as a network is; the database itself serves other tests meanwhile. */
class Line {
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  constructor(url: string) {
    this.#target = new URL(url)
    this.#target.search = '' // by its port alone
  }

  async open(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(Number(this.#target.port), this.#target.hostname)
      for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
        this.#sockets.add(socket)
        socket.on('error', () => other.destroy()).on('close', () => other.destroy())
        socket.pipe(other)
      }
    }).listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address !== null && typeof address !== 'string') this.#port = address.port
  }

  /** Breaks every connection and refuses new ones. */
  async cut(): Promise<void> {
    const closed = this.#server?.listening === true ? once(this.#server, 'close') : undefined
    this.#server?.close()
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
    await closed
  }

  /** The database's address by this line. */
  get url(): string {
    const url = new URL(this.#target)
    url.port = String(this.#port)
    return url.href
  }
}

let testDatabase: TestDatabase
let line: Line
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  line = new Line(testDatabase.urlOf('compute'))
  await line.open()
  database = testDatabase.open('compute', { url: line.url, poolSize: 2 })
})
afterAll(async () => {
  await line.cut()
  await testDatabase.drop()
})

const read = () => database.read(PLATFORM_SCOPE, (db) => db.sku.findMany())
const write = () =>
  createUnits(database, (db, _: PlatformScope) => ({ db })).write(systemGrant(PLATFORM_SCOPE, 'test'), async ({ db }) =>
    ok(await db.sku.count()),
  )
const UNAVAILABLE = { name: 'CataloguedError', code: 'DATABASE_UNAVAILABLE' }

test('a lost database is a catalogued, retryable error, and its return needs no restart', async () => {
  await expect(read()).resolves.toEqual([])
  await line.cut()
  await expect(read()).rejects.toMatchObject(UNAVAILABLE)
  await expect(write()).rejects.toMatchObject(UNAVAILABLE)
  await expect(database.ping()).rejects.toMatchObject(UNAVAILABLE)
  await line.open()
  await expect(read()).resolves.toEqual([])
  await expect(write()).resolves.toEqual(ok(0))
  await expect(database.ping()).resolves.toBeUndefined()
})

/** Resolves when exactly this many of the test's statements are asleep in the database. */
const untilAsleep = async (count: number): Promise<void> => {
  const owner = await testDatabase.connect('owner')
  await eventually(async () => {
    const { rows } = await owner.query(
      `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
    )
    expect(rows).toHaveLength(count)
  })
}

test('a connection lost in the middle of a statement or a transaction is the same error', async () => {
  const reading = database.read(PLATFORM_SCOPE, (db) => db.$queryRaw`select pg_sleep(9)::text`)
  const writing = database.write(PLATFORM_SCOPE, (db) => db.$queryRaw`select pg_sleep(9)::text`)
  const outcomes = Promise.allSettled([reading, writing])
  await untilAsleep(2)
  await line.cut()
  const lost = { status: 'rejected', reason: expect.objectContaining(UNAVAILABLE) }
  await expect(outcomes).resolves.toEqual([lost, lost])
  await line.open()
  await expect(read()).resolves.toEqual([])
})

test('a statement that takes too long is ended by the server', async () => {
  const hasty = testDatabase.open('compute', { statementTimeoutMs: 100 })
  await expect(hasty.read(PLATFORM_SCOPE, (db) => db.$queryRaw`select pg_sleep(9)::text`)).rejects.toMatchObject(
    UNAVAILABLE,
  )
})

test('waiting for a connection ends with the same error when none comes free', async () => {
  const small = testDatabase.open('compute', { poolSize: 1, connectTimeoutMs: 200 })
  const taken = Promise.withResolvers<undefined>()
  const done = Promise.withResolvers<undefined>()
  const holder = small.write(PLATFORM_SCOPE, async () => {
    taken.resolve(undefined)
    await done.promise
  })
  await taken.promise
  await expect(small.read(PLATFORM_SCOPE, (db) => db.sku.findMany())).rejects.toMatchObject(UNAVAILABLE)
  done.resolve(undefined)
  await holder
  await expect(small.read(PLATFORM_SCOPE, (db) => db.sku.findMany())).resolves.toEqual([])
})

test('a database that is refused for another reason is not called unavailable', async () => {
  await expect(database.read(PLATFORM_SCOPE, (db) => db.$queryRaw`select 1 / 0`)).rejects.toThrow('division by zero')
})
