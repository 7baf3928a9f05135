import { median } from './report.ts'
import { projectScope, type Scope } from '../platform/access/scope.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { openDatabase, type Database } from '../platform/database/database.ts'
import type { DatabasePlace } from '../platform/database/place.ts'
import { openPool } from '../platform/database/pool.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { silentLog } from '../platform/log/log.ts'
import { uuidColumn } from '../platform/database/uuid-column.ts'

export interface ReadRates {
  readonly callers: number
  /** Reads a second, the median of the rounds. */
  readonly unscoped: number
  readonly scoped: number
  /** Of the unscoped rate. */
  readonly share: number
}

const CALLERS = 8
const POOL_SIZE = 8

interface Key {
  readonly orgId: string
  readonly projectId: string
  readonly id: string
}

const keysOf = async (ownerUrl: string): Promise<readonly Key[]> => {
  const pool = openPool({ url: ownerUrl, poolSize: 1, applicationName: 'gpuaas-bench' })
  try {
    const { rows } = await pool.query<Key>(
      `select distinct on (project_id) org_id as "orgId", project_id as "projectId", id from storage.buckets order by project_id, id limit ${String(CALLERS)}`,
    )
    return rows
  } finally {
    await pool.end()
  }
}

/** Every caller reads one row by its whole key, again and again, each in a project of its own. */
const rate = async (database: Database, keys: readonly Key[], scopeOf: (key: Key) => Scope, reads: number) => {
  const begun = performance.now()
  await Promise.all(
    keys.map(async (key) => {
      for (let read = 0; read < reads; read += 1) {
        const row = await database.read(scopeOf(key), (db) => db.bucket.findFirst({ where: { ...key } }))
        if (row?.projectId !== key.projectId) throw new Error('A read by key found another row, or none')
      }
    }),
  )
  return (keys.length * reads * 1000) / (performance.now() - begun)
}

/**
 * The same read by composite key: by the subgraph's role under a scope, every policy applied, and by the owner of the
 * database, for whom there is neither. By turns.
 */
export const measureReads = async (place: DatabasePlace, rounds: number, reads: number): Promise<ReadRates> => {
  const keys = await keysOf(place.ownerUrl)
  if (keys.length < CALLERS)
    throw new Error(`There are buckets of ${String(keys.length)} projects, not of ${String(CALLERS)}`)
  const open = (url: string): Database =>
    openDatabase({
      ...{ url, schema: 'storage', poolSize: POOL_SIZE, applicationName: 'gpuaas-bench' },
      ...{ clock: systemClock, ids: systemIds, log: silentLog },
    })
  const [owners, service] = [open(place.ownerUrl), open(place.urlOf('storage'))]
  const unscoped = () => rate(owners, keys, () => ({ kind: 'platform' }), reads)
  const scoped = () =>
    rate(service, keys, ({ orgId, projectId }) => projectScope(uuidColumn(orgId), uuidColumn(projectId)), reads)
  try {
    await unscoped()
    await scoped()
    const rates: { unscoped: number; scoped: number }[] = []
    for (let round = 0; round < rounds; round += 1) rates.push({ unscoped: await unscoped(), scoped: await scoped() })
    return {
      callers: CALLERS,
      unscoped: Math.round(median(rates.map((of) => of.unscoped))),
      scoped: Math.round(median(rates.map((of) => of.scoped))),
      share: Number(median(rates.map((of) => of.scoped / of.unscoped)).toFixed(3)),
    }
  } finally {
    await Promise.all([owners.close(), service.close()])
  }
}
