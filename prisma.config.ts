import { defineConfig } from 'prisma/config'
import { readConfig } from './platform/config/config.ts'

/**
 * For Prisma's own programs, where one wants them: `prisma migrate deploy`, `prisma studio`. The product itself uses
 * none of them. Without DATABASE_URL they may still generate and validate, which need no database.
 */
export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: readConfig().databaseUrl?.reveal() ?? '' },
})
