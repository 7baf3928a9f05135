import { loginOf } from './roles.ts'
import { ScopedPool, type PoolMetrics } from './scoped-pool.ts'

export interface PoolOptions {
  /** With the role whose rights the part of the product has: `roleUrl`. */
  readonly url: string
  /** The most connections. */
  readonly poolSize: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  readonly metrics?: PoolMetrics | undefined
  /** How long a caller waits for a connection; 5 s unless given. */
  readonly connectTimeoutMs?: number
  /** How long a statement may run; 10 s unless given. */
  readonly statementTimeoutMs?: number
}

/** A pool for statements of one's own. Outside of units it has no scope: no tenant's rows. */
export const openPool = (options: PoolOptions): ScopedPool =>
  new ScopedPool(
    {
      connectionString: options.url,
      max: options.poolSize,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
      statement_timeout: options.statementTimeoutMs ?? 10_000,
      // Statements are prepared, few, and name whole keys: a plan made once serves every tenant. Planned for each call,
      // joins over partitioned tables take several times as long to plan as to run.
      // Instants are read, and written by Prisma, as those of UTC, whatever the server prefers.
      options: '-c plan_cache_mode=force_generic_plan -c timezone=UTC',
      // A transaction whose process hangs gives its locks back.
      idle_in_transaction_session_timeout: 30_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
    },
    loginOf(options.url),
    options.metrics,
  )
