import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startEmbeddedPostgres } from '../../platform/database/embedded/embedded-postgres.ts'
import { withDatabase } from '../../platform/database/database-url.ts'
import { prepareDatabase } from '../../platform/database/prepare.ts'
import { installJobs } from '../../platform/jobs/install.ts'
import { silentLog } from '../../platform/log/log.ts'
import { MIGRATIONS, ROLE_SECRETS, TEMPLATE, type TestServer } from './test-server.ts'

/**
 * The PostgreSQL of one test run, with a migrated database to clone. Ends when its standard input does, so that it
 * outlives neither the run nor a run that was killed. `argv[2]` names the file that says when it is ready.
 */
const readyFile = process.argv[2]
if (readyFile === undefined) throw new Error('usage: database-server.ts <ready file>')

const runEnded = new Promise<void>((resolve) => {
  process.stdin.resume().once('end', resolve).once('close', resolve)
})

const announce = async (server: TestServer): Promise<void> => {
  await writeFile(`${readyFile}.draft`, JSON.stringify(server))
  await rename(`${readyFile}.draft`, readyFile)
}

const directory = dirname(readyFile)
try {
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'database'),
    // A test run needs no durability, and is quicker without; recovery tests start servers of their own.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '128MB' },
    log: silentLog,
    progress: () => undefined,
  })
  try {
    const ownerUrl = withDatabase(postgres.url, TEMPLATE)
    await prepareDatabase({ ownerUrl, roles: ROLE_SECRETS, migrationsDirectory: MIGRATIONS, progress: () => undefined })
    await installJobs(ownerUrl)
    await announce({ ownerUrl })
    await runEnded
  } finally {
    await postgres.stop()
  }
} catch (error) {
  await announce({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  process.exitCode = 1
  await runEnded
} finally {
  await rm(directory, { recursive: true, force: true })
}
