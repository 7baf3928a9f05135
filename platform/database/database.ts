import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import type { Prisma } from '../../prisma/generated/client.ts'
import type { Scope } from '../access/scope.ts'
import type { Clock } from '../clock/clock.ts'
import type { IdGenerator } from '../ids/generator.ts'
import type { Log } from '../log/log.ts'
import type { KeyOutcome } from '../metrics/metrics-background.ts'
import { runFor, workUnder, type Work } from './current-work.ts'
import { asFault, isConflict } from './faults.ts'
import { openPool, type PoolOptions } from './pool.ts'
import { prismaClient } from './prisma-client.ts'
import { readingClient } from './reading/reading-client.ts'
import { settingsOf } from './scope-settings.ts'
import { createStatementNames } from './statement-names.ts'

type Forbidden = 'findUnique' | 'findUniqueOrThrow'

/**
 * Prisma's client, narrowed to queries. Without `findUnique`: Prisma merges such calls of one tick into one query,
 * whoever made them, and would run it under one caller's scope. `findFirst` with the whole key is never merged.
 */
export type Transaction = {
  readonly [Model in keyof Prisma.TransactionClient]: Prisma.TransactionClient[Model] extends Record<Forbidden, unknown>
    ? Omit<Prisma.TransactionClient[Model], Forbidden>
    : Prisma.TransactionClient[Model]
}

/** The PostgreSQL schemas that a subgraph owns, one each. */
export type DomainSchema = 'iam' | 'compute' | 'app_platform' | 'storage' | 'billing' | 'notifications'

export interface DatabaseOptions extends PoolOptions {
  /** Where this subgraph's outbox and audit rows go. */
  readonly schema: DomainSchema
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly log: Log
  /** Told what became of each idempotency key. */
  readonly onKey?: ((outcome: KeyOutcome) => void) | undefined
}

/** One subgraph's database, under its own role. Its doors are `createUnits`. */
export interface Database {
  readonly schema: DomainSchema
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly onKey?: ((outcome: KeyOutcome) => void) | undefined
  /** Each statement under the scope, in a transaction of its own. */
  readonly read: <T>(scope: Scope, work: (db: Transaction) => Promise<T>) => Promise<T>
  /**
   * One transaction under the scope, READ COMMITTED; rolled back when `work` throws. Done again, whole, when it loses
   * against another transaction (serialization failure, deadlock), so `work` has no effect but on the database.
   */
  readonly write: <T>(scope: Scope, work: (db: Transaction) => Promise<T>) => Promise<T>
  /** Resolves when the database answers, rejects with `DATABASE_UNAVAILABLE` when it does not. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

const ATTEMPTS = 4
const PAUSE_MS = 10

const insideTransaction = new AsyncLocalStorage<DomainSchema>()

/** Opens connections as they are needed: a database that is not there yet, or lost, or back, is met by each query. */
export const openDatabase = (options: DatabaseOptions): Database => {
  const { schema, clock, ids, log, onKey } = options
  const pool = openPool(options)
  const prisma = prismaClient()
  const nameOf = createStatementNames()
  // Made at once; it opens no connection by itself.
  const connected = new PrismaPg(pool, {
    statementNameGenerator: nameOf,
    onPoolError: (error) => {
      if (!pool.ending) log.warn({ err: error, schema }, 'an idle database connection was lost')
    },
  }).connect()

  const byPrisma = async <T>(work: Work, ask: () => Promise<T>): Promise<T> => runFor(work, ask, await connected)
  const reading = readingClient({ prisma, pool, nameOf, runFor: byPrisma })

  const underScope = async <T>(scope: Scope, ask: (work: Work) => Promise<T>): Promise<T> => {
    const work = workUnder(settingsOf(scope))
    try {
      return await ask(work)
    } catch (error) {
      throw work.cancellation?.reason ?? asFault(error)
    }
  }

  const transaction = async <T>(work: (db: Transaction) => Promise<T>): Promise<T> => {
    if (insideTransaction.getStore() === schema) {
      throw new Error('A unit of work inside another would wait for a second connection while it holds the first')
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await insideTransaction.run(schema, () => prisma.$transaction((db) => work(db)))
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw error
        log.info({ schema, attempt }, 'a transaction lost against another and is done again')
        // Begun at once, it would take its first lock again before the winner, which waits for it, wakes up.
        await delay(attempt * PAUSE_MS * (1 + Math.random()))
      }
    }
  }

  return {
    schema,
    clock,
    ids,
    onKey,
    read: (scope, ask) => underScope(scope, (work) => ask(reading(work))),
    write: (scope, ask) => underScope(scope, (work) => byPrisma(work, () => transaction(ask))),
    ping: () =>
      pool.query('select 1').then(
        () => undefined,
        (error: unknown) => {
          throw asFault(error)
        },
      ),
    close: async () => {
      const adapter = await connected
      await adapter.dispose()
      await pool.end()
    },
  }
}
