import { join } from 'node:path'
import { readConfig } from '../platform/config/config.ts'
import { drift, nextMigration } from '../platform/database/migrate.ts'
import { placeDatabase } from '../platform/database/place.ts'
import { prepareDatabase } from '../platform/database/prepare.ts'
import { CataloguedError } from '../platform/errors/catalogue.ts'
import { installJobs } from '../platform/jobs/install.ts'
import { silentLog } from '../platform/log/log.ts'

const USAGE = `npm run migrate            make the database, its roles and its tables, or bring them up to date
npm run migrate -- diff    print the SQL by which prisma/schema goes beyond prisma/migrations: the next migration
npm run migrate -- drift   fail, and print the difference, when the database is not what prisma/schema says`

const migrationsDirectory = join(import.meta.dirname, 'migrations')
const schemaDirectory = join(import.meta.dirname, 'schema')

const [command = 'deploy', ...rest] = process.argv.slice(2)

/** What a person waits for; the answer alone goes to standard output. */
const progress = (message: string): void => {
  console.error(`… ${message}`)
}

const run = async (): Promise<void> => {
  const place = await placeDatabase({ config: readConfig(), log: silentLog, progress })
  try {
    const prepare = () =>
      prepareDatabase({ ownerUrl: place.ownerUrl, roles: place.secrets, migrationsDirectory, progress })
    switch (command) {
      case 'deploy': {
        const applied = await prepare()
        await installJobs(place.ownerUrl)
        console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`)
        break
      }
      case 'diff':
        await prepare()
        console.log(await nextMigration(place.ownerUrl, { migrationsDirectory, schemaDirectory }))
        break
      case 'drift': {
        const difference = await drift(place.ownerUrl, schemaDirectory)
        if (difference !== '') {
          console.log(difference)
          process.exitCode = 1
        }
        break
      }
    }
  } finally {
    await place.stop()
  }
}

if (!['deploy', 'diff', 'drift'].includes(command) || rest.length > 0) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  await run().catch((error: unknown) => {
    console.error(error instanceof CataloguedError ? `${error.code}: ${error.message}` : error)
    process.exitCode = 1
  })
}
