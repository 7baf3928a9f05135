import { Client } from 'pg'
import { seedDemo } from './demo/seed.ts'
import { recordEvidence } from './evidence.ts'
import { migrationsDirectory } from './stores.ts'
import type { Envelope } from '../platform/crypto/envelope.ts'
import type { Peppers } from '../platform/crypto/peppers.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { DatabasePlace } from '../platform/database/place.ts'
import { prepareDatabase } from '../platform/database/prepare.ts'
import { installJobs } from '../platform/jobs/install.ts'

/** How many months of partitions are made ahead; every start and every migration moves them on. */
const PARTITION_MONTHS = 3

export interface MigrateParts {
  readonly place: DatabasePlace
  readonly progress: (message: string) => void
}

/** Brings database, roles, schemas, jobs and partitions up to date. Safe to run by several processes at once. */
export const migrate = async ({ place, progress }: MigrateParts): Promise<void> => {
  await prepareDatabase({ ownerUrl: place.ownerUrl, roles: place.secrets, migrationsDirectory, progress })
  await installJobs(place.ownerUrl)
  await ensurePartitions(place.ownerUrl)
  await recordEvidence({ ownerUrl: place.ownerUrl, progress })
}

const ensurePartitions = async (ownerUrl: string): Promise<void> => {
  const owner = new Client({ connectionString: ownerUrl })
  await owner.connect()
  try {
    await owner.query('call platform.ensure_partitions($1)', [PARTITION_MONTHS])
  } finally {
    await owner.end()
  }
}

export interface SeedParts {
  readonly clock: Clock
  readonly peppers?: Peppers | undefined
  readonly envelope?: Envelope | undefined
}

/** Fills an empty installation with the demo organizations, once. */
export const seed = async ({ place, peppers, envelope, progress, clock }: MigrateParts & SeedParts): Promise<void> => {
  const urlOf = (role: Parameters<Parameters<typeof seedDemo>[0]['urlOf']>[0]) =>
    role === 'owner' ? place.ownerUrl : place.urlOf(role)
  if (await seedDemo({ urlOf, peppers, envelope, now: clock.now() })) progress('Made the demo organizations')
}
