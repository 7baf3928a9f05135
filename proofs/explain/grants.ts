import { capabilitiesOf, SERVICE_ACCOUNT_CAPABILITIES } from '../../directives/capabilities.ts'
import type { Grants } from '../../platform/access/grants.ts'
import { createPostgresGrantSource } from '../../platform/access/postgres-grant-source.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { readConfig } from '../../platform/config/config.ts'
import { placeDatabase } from '../../platform/database/place.ts'
import { openPool } from '../../platform/database/pool.ts'
import { silentLog } from '../../platform/log/log.ts'
import { createWorld } from '../stage/world.ts'
import globalSetup from '../../test/testkit/global-setup.ts'
import globalTeardown from '../../test/testkit/global-teardown.ts'

const loadBy = async (url: string, principal: Principal): Promise<Grants> => {
  const pool = openPool({ url, poolSize: 1, applicationName: 'gpuaas-explain' })
  try {
    const serviceAccountCapabilities = SERVICE_ACCOUNT_CAPABILITIES
    return await createPostgresGrantSource({ pool, capabilitiesOf, serviceAccountCapabilities }).load(principal)
  } finally {
    await pool.end()
  }
}

/** As the demonstration is seeded, in a PostgreSQL that lives as long as the question. */
const loadSeeded = async (principal: Principal): Promise<Grants> => {
  await globalSetup()
  try {
    const world = await createWorld()
    try {
      return await loadBy(world.database.urlOf('access'), principal)
    } finally {
      await world.drop()
    }
  } finally {
    await globalTeardown()
  }
}

/** What a principal holds now in the database of `DATABASE_URL`, or without one in the demonstration as it is seeded. */
export const grantsOfTheDemonstration = async (principal: Principal): Promise<Grants> => {
  const config = readConfig()
  if (config.databaseUrl === undefined) return loadSeeded(principal)
  const place = await placeDatabase({ config, log: silentLog, progress: () => undefined })
  return loadBy(place.urlOf('access'), principal)
}
