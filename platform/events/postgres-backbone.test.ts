import { describeBackbone } from '../../test/testkit/backbone-conformance.ts'
import { createTestDatabase } from '../../test/testkit/database.ts'
import { createPostgresBackbone } from './postgres-backbone.ts'

describeBackbone('PostgreSQL', async () => {
  const database = await createTestDatabase()
  const owner = await database.connect('owner')
  return {
    connect: () => Promise.resolve(createPostgresBackbone({ url: database.urlOf('relay') })),
    crash: async () => {
      await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    },
    stop: database.drop,
  }
})
