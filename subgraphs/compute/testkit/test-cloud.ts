import { authorize, systemGrant, type ProjectGrant, type SystemCapability } from '../../../platform/access/authorize.ts'
import { NO_GRANTS, type Grants } from '../../../platform/access/grants.ts'
import type { Principal } from '../../../platform/access/principal.ts'
import { projectScope, type ProjectScope } from '../../../platform/access/scope.ts'
import { createMemoryCache } from '../../../platform/cache/memory-cache.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { manualClock, type ManualClock } from '../../../test/testkit/manual-clock.ts'
import { createTestDatabase } from '../../../test/testkit/database.ts'
import type { Database } from '../../../platform/database/database.ts'
import type { Provider } from '../allocation/provider.ts'
import type { Fabric, Shape } from '../catalogue/model.ts'
import { createCompute, type Compute } from '../context.ts'

export interface MachineShape {
  readonly region?: string
  readonly gpuModel?: string
  readonly fabric?: Fabric
  readonly state?: string
  /** How many slots of how many GPUs each. */
  readonly slots?: number
  readonly gpusPerSlot?: number
}

export interface SkuShape {
  readonly shape: Shape
  readonly gpuCount: number
  readonly gpuModel?: string
  readonly fabric?: Fabric
}

/** A database with machines and tenants, for tests of this subgraph. Arranged as the owner, used as gpuaas_compute. */
export interface TestCloud {
  readonly clock: ManualClock
  readonly compute: Compute
  /** Under gpuaas_compute. */
  readonly database: Database
  /** The use cases over machines that behave as told. */
  readonly computeWith: (provider: Provider) => Compute
  readonly project: () => Promise<ProjectScope>
  readonly region: (code: string) => Promise<void>
  readonly sku: (code: string, shape: SkuShape) => Promise<void>
  readonly node: (name: string, machine?: MachineShape) => Promise<void>
  /** As the owner, above every policy. */
  readonly rows: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>
  /** Removes machines, SKUs, regions and what was allocated on them; tenants and their audit rows stay. */
  readonly clear: () => Promise<void>
  readonly drop: () => Promise<void>
}

export const createTestCloud = async (): Promise<TestCloud> => {
  const testDatabase = await createTestDatabase()
  const owner = await testDatabase.connect('owner')
  const clock = manualClock()
  const database = testDatabase.open('compute', { clock, poolSize: 8 })
  const cache = createMemoryCache({ clock, log: silentLog })
  const audience = () => Promise.resolve([])
  const platform = { database, cache, audience, clock, ids: systemIds, log: silentLog }
  const rows = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await owner.query<Row>(sql, [...values])).rows

  return {
    clock,
    database,
    compute: createCompute(platform),
    computeWith: (provider) => createCompute(platform, provider),
    rows,
    drop: async () => {
      await cache.close()
      await testDatabase.drop()
    },

    clear: async () => {
      for (const table of [
        'terminal_transitions',
        'terminal_sessions',
        'claims',
        'allocations',
        'slots',
        'nodes',
        'skus',
        'regions',
      ])
        await rows(`delete from compute.${table}`)
    },

    project: async () => {
      const [organization, department, project] = [systemIds.next(), systemIds.next(), systemIds.next()]
      await rows(
        `insert into iam.organizations (id, slug, name, created_at) values ($1::uuid, $1::uuid::text, 'Test', now())`,
        [organization],
      )
      await rows(
        `insert into iam.departments (org_id, id, name, is_default, created_at) values ($1, $2, 'Default', true, now())`,
        [organization, department],
      )
      await rows(
        `insert into iam.projects (org_id, id, department_id, slug, name, created_at) values ($1, $2, $3, 'test', 'Test', now())`,
        [organization, project, department],
      )
      return projectScope(organization, project)
    },

    region: async (code) => {
      await rows('insert into compute.regions (id, code, name) values ($1, $2, $2)', [systemIds.next(), code])
    },

    sku: async (code, { shape, gpuCount, gpuModel = 'H200', fabric = 'NONE' }) => {
      await rows(
        'insert into compute.skus (id, code, name, shape, gpu_model, gpu_count, fabric) values ($1, $2, $2, $3, $4, $5, $6)',
        [systemIds.next(), code, shape, gpuModel, gpuCount, fabric],
      )
    },

    node: async (name, machine = {}) => {
      const {
        region = 'here',
        gpuModel = 'H200',
        fabric = 'NONE',
        state = 'READY',
        slots = 4,
        gpusPerSlot = 1,
      } = machine
      const id = systemIds.next()
      await rows(
        `insert into compute.nodes (id, region_id, name, state, gpu_model, fabric)
         select $1, id, $2, $3, $4, $5 from compute.regions where code = $6`,
        [id, name, state, gpuModel, fabric, region],
      )
      await rows(
        `insert into compute.slots (id, node_id, position, gpu_count, state)
         select gen_random_uuid(), $1, p, $2, 'FREE' from generate_series(0, $3 - 1) p`,
        [id, gpusPerSlot, slots],
      )
    },
  }
}

/** What a user was granted who may do this in the project. */
export const granted = <C extends string>(scope: ProjectScope, capability: C): ProjectGrant<C> => {
  const { organizationId, projectId } = scope
  const projects = new Map([[projectId, { organizationId, suspended: false, capabilities: new Set([capability]) }]])
  const principal: Principal = {
    kind: 'user',
    subject: 'somebody',
    sessionId: undefined,
    authenticatedAt: undefined,
    assurance: 'single',
  }
  const grants: Grants = { ...NO_GRANTS, userId: organizationId, projects }
  const grant = authorize({ principal, grants }, { kind: 'project', capability, projectId })
  if (!grant.ok) throw new Error('The grant of a test was denied')
  return grant.value
}

export const jobGrant = (scope: ProjectScope): ProjectGrant<SystemCapability> => systemGrant(scope, 'test')

export const someUuid = (): Uuid => systemIds.next()
