import { addRows } from './rows.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { readConfig } from '../platform/config/config.ts'
import { placeDatabase, type DatabasePlace } from '../platform/database/place.ts'
import { createLog } from '../platform/log/log.ts'
import { migrate, seed } from '../server/migrate.ts'

export interface FilledDatabaseOptions {
  readonly directory: string
  /** Of the roles' passwords. */
  readonly secret: string
  readonly progress: (message: string) => void
}

/** A PostgreSQL of the bench's own, with the demo data and the rows that lists need beyond it. */
export const openFilledDatabase = async ({
  directory,
  secret,
  progress,
}: FilledDatabaseOptions): Promise<DatabasePlace> => {
  const config = readConfig({ DATA_DIR: directory, DATABASE_ROLE_SECRET: secret })
  const place = await placeDatabase({ config, log: createLog({ level: 'warn', format: 'json' }), progress })
  try {
    await migrate({ place, progress })
    await seed({ place, progress, clock: systemClock })
    await addRows(place.ownerUrl)
    return place
  } catch (error) {
    await place.stop()
    throw error
  }
}
