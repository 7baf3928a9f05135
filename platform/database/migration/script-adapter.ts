import {
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils'
import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { Pool, type QueryArrayConfig } from 'pg'
import { withDatabase } from '../database-url.ts'
import { onIdleLoss } from '../idle-loss.ts'
import { MARK_COMMITTED } from './history.ts'

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>

const INTERNAL_CHAR = 18
const TEXT = 25

/**
 * PostgreSQL's catalogue writes codes in its internal `"char"` type, which the adapter refuses and the engine expects:
 * the pool has the adapter read them as text, the adapter's answer names them characters.
 */
const readingCatalogueCodes = (pool: Pool) => {
  const query = pool.query.bind(pool)
  const codes = new WeakMap<readonly unknown[], readonly number[]>()
  Object.assign(pool, {
    query: async (config: QueryArrayConfig) => {
      const result = await query(config)
      const columns = result.fields.flatMap((field, index) => (field.dataTypeID === INTERNAL_CHAR ? [index] : []))
      codes.set(result.rows, columns)
      for (const field of result.fields) if (field.dataTypeID === INTERNAL_CHAR) field.dataTypeID = TEXT
      return result
    },
  })
  return (result: SqlResultSet): SqlResultSet => {
    for (const column of codes.get(result.rows) ?? []) result.columnTypes[column] = ColumnTypeEnum.Character
    return result
  }
}

/** A connection that is lost between two statements is met by the next one, which fails and says so. */
const toleratingLoss = (pool: Pool): Pool => onIdleLoss(pool, () => undefined)

/**
 * Prisma's adapter with scripts sent as they are. The original splits them at every semicolon, those inside function
 * bodies included; PostgreSQL takes a whole script as one statement, and as one transaction (as Prisma's own binary
 * does it: a migration is applied whole or not at all). Each marks in that transaction that it was committed.
 */
const connectTo = async (url: string, afterwards: () => Promise<void>): Promise<Adapter> => {
  // One connection, kept: the engine's advisory lock lives and dies with it.
  const pool = toleratingLoss(new Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 }))
  const withCodes = readingCatalogueCodes(pool)
  const adapter = await new PrismaPg(pool).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query) => withCodes(await queryRaw(query))
  adapter.executeScript = async (script) => {
    const client = await pool.connect()
    await client.query(`${script}\n;${MARK_COMMITTED}`).finally(() => {
      client.release()
    })
  }
  adapter.dispose = async () => {
    await pool.end()
    await afterwards()
  }
  return adapter
}

const execute = async (url: string, statement: string): Promise<void> => {
  const pool = toleratingLoss(new Pool({ connectionString: url, max: 1 }))
  await pool.query(statement).finally(() => pool.end())
}

/** How the schema engine reaches a database, and the empty one it may make beside it to try migrations on. */
export const scriptAdapterFactory = (url: string): SqlMigrationAwareDriverAdapterFactory => ({
  provider: 'postgres',
  adapterName: '@prisma/adapter-pg',
  connect: () => connectTo(url, () => Promise.resolve()),
  connectToShadowDb: async () => {
    const name = `gpuaas_shadow_${randomUUID().replaceAll('-', '')}`
    await execute(url, `CREATE DATABASE ${name}`)
    return connectTo(withDatabase(url, name), () => execute(url, `DROP DATABASE ${name} WITH (FORCE)`))
  },
})
