import { onIdleLoss } from '../platform/database/idle-loss.ts'
import { capabilitiesOf } from '../directives/capabilities.ts'
import { createPostgresAudience, type Audience } from '../platform/access/audience.ts'
import { createGrantCache, type GrantCache } from '../platform/access/grant-cache.ts'
import { createPostgresGrantSource } from '../platform/access/postgres-grant-source.ts'
import type { Cache } from '../platform/cache/cache.ts'
import type { Clock } from '../platform/clock/clock.ts'
import { openPool } from '../platform/database/pool.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'

export interface AccessParts {
  /** Of the login `access`, which reads iam's view and nothing else. */
  readonly url: string
  readonly poolSize: number
  readonly cache: Cache
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: Metrics
}

/** What this process knows of grants. */
export interface AccessDirectory {
  readonly grants: GrantCache
  readonly audience: Audience
  /** Resolves when grants can be read. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

export const openAccess = async ({
  url,
  poolSize,
  cache,
  clock,
  log,
  metrics,
}: AccessParts): Promise<AccessDirectory> => {
  const pool = openPool({ url, poolSize, applicationName: 'gpuaas-access', metrics })
  onIdleLoss(pool, (error) => {
    log.warn({ err: error }, 'an idle connection of the grants was lost; the next read opens another')
  })
  const grants = createGrantCache({ source: createPostgresGrantSource({ pool, capabilitiesOf }), bus: cache, clock })
  await grants.start()
  return {
    grants,
    audience: createPostgresAudience({ pool, capabilitiesOf }),
    ping: async () => {
      await pool.query('select 1')
    },
    close: async () => {
      await grants.stop()
      await pool.end()
    },
  }
}
