import type { AccessDirectory } from './access.ts'
import type { Cache } from '../platform/cache/cache.ts'
import type { Clock } from '../platform/clock/clock.ts'
import { openDatabase } from '../platform/database/database.ts'
import type { DatabasePlace } from '../platform/database/place.ts'
import type { IdGenerator } from '../platform/ids/generator.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { createTerminalSessions } from '../subgraphs/compute/index.ts'
import type { TerminalSessions } from '../terminal/sessions.ts'

export interface TerminalSessionsParts {
  readonly place: Pick<DatabasePlace, 'urlOf'>
  readonly poolSize: number
  readonly cache: Cache
  readonly access: Pick<AccessDirectory, 'grants' | 'watch'>
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly log: Log
  readonly metrics: Metrics
}

/**
 * The control of terminal sessions for a terminal gateway of this process, over compute's rows. It connects as compute,
 * whose rights its reports need; no other role may touch a table of compute (R90).
 */
export const openTerminalSessions = (parts: TerminalSessionsParts): TerminalSessions => {
  const { place, poolSize, cache, access, clock, ids, metrics } = parts
  const log = parts.log.child({ part: 'terminal' })
  const database = openDatabase({
    url: place.urlOf('compute'),
    schema: 'compute',
    poolSize,
    applicationName: 'gpuaas-terminal',
    ...{ clock, ids, log, metrics },
  })
  const { grants, watch } = access
  const sessions = createTerminalSessions({ database, cache, grants, watch: watch.watch, clock, log, metrics })
  return {
    ...sessions,
    stop: async () => {
      await sessions.stop()
      await database.close()
    },
  }
}
