import { join } from 'node:path'
import { z } from 'zod'
import type { RoleSecrets } from '../../platform/database/roles.ts'

const root = join(import.meta.dirname, '../..')

export const MIGRATIONS = join(root, 'prisma/migrations')
export const DATAMODEL = join(root, 'prisma/schema')

/** The migrated database that every test's own is cloned from. */
export const TEMPLATE = 'gpuaas_template'

export const ROLE_SECRETS: RoleSecrets = { secret: 'the tests know it' }

/** Names the ready file to the processes that run tests. */
export const READY_FILE_VARIABLE = 'GPUAAS_TEST_DATABASE'

export const testServer = z.union([z.object({ ownerUrl: z.string() }), z.object({ failure: z.string() })])
export type TestServer = z.infer<typeof testServer>
