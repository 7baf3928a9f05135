import { onIdleLoss } from '../platform/database/idle-loss.ts'
import { capabilitiesOf, SERVICE_ACCOUNT_CAPABILITIES } from '../directives/capabilities.ts'
import { createPostgresAudience, type Audience } from '../platform/access/audience.ts'
import { createApiKeys, type ApiKeys } from '../platform/access/api-keys.ts'
import { createGrantCache, type GrantCache } from '../platform/access/grant-cache.ts'
import { createGrantWatch, type GrantWatch } from '../platform/access/grant-watch.ts'
import { createDenialRecorder, type RunningDenialRecorder } from '../platform/audit/denial-recorder.ts'
import { createPostgresGrantSource } from '../platform/access/postgres-grant-source.ts'
import { createSignInRecorder, type RunningSignInRecorder } from '../platform/access/sign-in-recorder.ts'
import type { Cache } from '../platform/cache/cache.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Peppers } from '../platform/crypto/peppers.ts'
import { openPool } from '../platform/database/pool.ts'
import type { IdGenerator } from '../platform/ids/generator.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'

export interface AccessParts {
  /** Of the login `access`, which reads iam's view, records denials and sign-ins, and does nothing else. */
  readonly url: string
  readonly poolSize: number
  readonly cache: Cache
  /** Undefined in a process that need not know who holds a key. */
  readonly peppers?: Peppers | undefined
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly log: Log
  readonly metrics?: Metrics
}

/** What this process knows of grants. */
export interface AccessDirectory {
  readonly grants: GrantCache
  /** Reviews what is open when grants change. */
  readonly watch: GrantWatch
  readonly audience: Audience
  /** Who holds an API key; undefined where no pepper is known. */
  readonly keys: ApiKeys | undefined
  /** Keeps what was denied, for the audit log. */
  readonly denials: RunningDenialRecorder
  /** Has it known who signed in. */
  readonly signIns: RunningSignInRecorder
  /** Resolves when grants can be read. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Whoever guesses keys waits for these, and holds up nobody's grants. */
const KEY_CONNECTIONS = 2

export const openAccess = async ({
  url,
  poolSize,
  cache,
  peppers,
  clock,
  ids,
  log,
  metrics,
}: AccessParts): Promise<AccessDirectory> => {
  const open = (size: number, applicationName: string) => {
    const pool = openPool({ url, poolSize: size, applicationName, metrics })
    onIdleLoss(pool, (error) => {
      log.warn({ err: error }, 'an idle connection of the grants was lost; the next read opens another')
    })
    return pool
  }
  const pool = open(poolSize, 'gpuaas-access')
  const keyPool = peppers && open(Math.min(poolSize, KEY_CONNECTIONS), 'gpuaas-access-keys')
  const source = createPostgresGrantSource({
    pool,
    capabilitiesOf,
    serviceAccountCapabilities: SERVICE_ACCOUNT_CAPABILITIES,
  })
  const grants = createGrantCache({ source, bus: cache, clock })
  await grants.start()
  const watch = createGrantWatch({ grants, log })
  const denials = createDenialRecorder({ pool, clock, ids, log })
  const signIns = createSignInRecorder({ pool, clock, ids, log })
  return {
    grants,
    watch,
    denials,
    signIns,
    audience: createPostgresAudience({ pool, capabilitiesOf }),
    keys: peppers && keyPool && createApiKeys({ pool: keyPool, peppers, grants, clock }),
    ping: async () => {
      await pool.query('select 1')
    },
    close: async () => {
      watch.stop()
      await grants.stop()
      await Promise.all([denials.stop(), signIns.stop()])
      await Promise.all([pool.end(), keyPool?.end()])
    },
  }
}
