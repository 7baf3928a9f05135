import { mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireOwnership } from '../platform/database/embedded/ownership.ts'
import { removeLeftServer } from '../platform/database/embedded/postmaster.ts'

/** What the product keeps in its data directory; nothing else there is touched. */
const KEPT = [
  'postgres',
  'postgres.initializing',
  'postgres.log',
  'secrets.json',
  'server.json',
  'identity',
  'gateway',
  'audit',
]

/**
 * Forgets everything that was kept in the data directory, and ends a database that a killed server left there. Throws
 * `DATA_DIRECTORY_BUSY` while a server runs on it.
 */
export const resetDataDirectory = async (path: string, progress: (message: string) => void): Promise<void> => {
  await mkdir(path, { recursive: true })
  const directory = await realpath(path)
  const ownership = await acquireOwnership(directory)
  try {
    await removeLeftServer(join(directory, 'postgres'), progress)
    await Promise.all(KEPT.map((name) => rm(join(directory, name), { recursive: true, force: true })))
  } finally {
    await ownership.release()
  }
}
