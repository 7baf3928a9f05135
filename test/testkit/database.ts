import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { systemClock } from '../../platform/clock/clock.ts'
import type { DatabaseLogin } from '../../platform/config/logins.ts'
import {
  openDatabase,
  type Database,
  type DatabaseOptions,
  type DomainSchema,
} from '../../platform/database/database.ts'
import { withDatabase } from '../../platform/database/database-url.ts'
import { roleUrl } from '../../platform/database/roles.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { silentLog } from '../../platform/log/log.ts'
import { READY_FILE_VARIABLE, ROLE_SECRETS, TEMPLATE, testServer } from './test-server.ts'

/** A migrated database of the test's own, on the run's PostgreSQL. */
export interface TestDatabase {
  /** As superuser: above every policy. For arranging and for looking behind the scenes. */
  readonly ownerUrl: string
  readonly urlOf: (role: 'owner' | DatabaseLogin) => string
  /** A subgraph's database, under its own role; closed by `drop`. */
  readonly open: (schema: DomainSchema, options?: Partial<DatabaseOptions>) => Database
  /** A connection under a role, without a scope; closed by `drop`. */
  readonly connect: (role: 'owner' | DatabaseLogin) => Promise<Client>
  /** Closes what was opened and removes the database. */
  readonly drop: () => Promise<void>
}

const WAIT_MS = 60_000

let cachedUrl: Promise<string> | undefined

const ownerUrlIn = (text: string): string => {
  const server = testServer.parse(JSON.parse(text))
  if ('failure' in server) throw new Error(`The PostgreSQL for tests did not start: ${server.failure}`)
  return server.ownerUrl
}

/** The template's address, when the run's server is ready. */
const templateUrl = async (): Promise<string> => {
  const readyFile = process.env[READY_FILE_VARIABLE]
  if (readyFile === undefined)
    throw new Error('No PostgreSQL for tests: jest must run with test/testkit/global-setup.ts')
  const deadline = Date.now() + WAIT_MS
  while (Date.now() < deadline) {
    const text = await readFile(readyFile, 'utf8').catch(() => undefined)
    if (text !== undefined) return ownerUrlIn(text)
    await delay(20)
  }
  throw new Error('The PostgreSQL for tests is not ready')
}

const administer = async (url: string, statement: string): Promise<void> => {
  const client = new Client({ connectionString: withDatabase(url, 'postgres') })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** Clones the migrated template: some 100 ms. Call `drop` in `afterAll`. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const template = await (cachedUrl ??= templateUrl())
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(template, `create database ${name} template ${TEMPLATE} strategy file_copy`)
  const ownerUrl = withDatabase(template, name)
  const urlOf = (role: 'owner' | DatabaseLogin) => (role === 'owner' ? ownerUrl : roleUrl(ownerUrl, role, ROLE_SECRETS))
  const opened: (() => Promise<void>)[] = []

  return {
    ownerUrl,
    urlOf,
    open: (schema, options = {}) => {
      const database = openDatabase({
        url: urlOf(schema),
        schema,
        poolSize: 4,
        applicationName: 'test',
        clock: systemClock,
        ids: systemIds,
        log: silentLog,
        ...options,
      })
      opened.push(database.close)
      return database
    },
    connect: async (role) => {
      const client = new Client({ connectionString: urlOf(role) })
      client.on('error', () => undefined)
      await client.connect()
      opened.push(() => client.end())
      return client
    },
    drop: async () => {
      await Promise.all(opened.map((close) => close()))
      await administer(template, `drop database if exists ${name} with (force)`)
    },
  }
}
