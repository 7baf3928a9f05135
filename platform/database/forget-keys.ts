import { PLATFORM_SCOPE } from '../access/scope.ts'
import type { JobHandler } from '../jobs/jobs.ts'
import type { Database } from './database.ts'

/** How many are removed in one transaction. */
const AT_ONCE = 2_000

/** Removes the idempotency keys that have expired, whosever they are, some in each transaction. */
export const forgetKeys = (database: Pick<Database, 'schema' | 'clock' | 'write'>, atOnce = AT_ONCE): JobHandler => {
  const { schema, clock } = database
  const remove = `delete from ${schema}.idempotency_keys where ctid = any (array(
    select ctid from ${schema}.idempotency_keys where expires_at <= $1::timestamptz limit $2::int))`
  return async () => {
    const now = clock.now()
    for (;;) {
      const removed = await database.write(PLATFORM_SCOPE, async (db) => {
        await db.$executeRaw`select set_config('app.forgotten_before', ${now.toISOString()}, true)`
        return db.$executeRawUnsafe(remove, now, atOnce)
      })
      if (removed < atOnce) return
    }
  }
}
