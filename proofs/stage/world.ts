import type { Client } from 'pg'
import { arrangement } from './arrangement.ts'
import { seedDemo } from '../../server/demo/seed.ts'
import { WORLD_ENVELOPE, WORLD_PEPPERS } from '../../test/testkit/world-account.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'

/** A database with the demo organizations and everybody whom the proofs send. */
export interface World {
  readonly database: TestDatabase
  /** Above every policy: arranges, and looks behind the scenes. */
  readonly owner: Client
  readonly drop: () => Promise<void>
}

/** The PostgreSQL of the run must be up: test/testkit/global-setup.ts. */
export const createWorld = async (): Promise<World> => {
  const database = await createTestDatabase()
  await seedDemo({ urlOf: database.urlOf, peppers: WORLD_PEPPERS, envelope: WORLD_ENVELOPE, now: new Date() })
  const owner = await database.connect('owner')
  for (const [sql, values] of arrangement) await owner.query(sql, [...values])
  return { database, owner, drop: database.drop }
}
