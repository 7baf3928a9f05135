import { NO_GRANTS } from '../../../platform/access/grants.ts'
import { systemGrant } from '../../../platform/access/authorize.ts'
import { organizationScope, type ProjectScope } from '../../../platform/access/scope.ts'
import { createMemoryCache } from '../../../platform/cache/memory-cache.ts'
import type { Database } from '../../../platform/database/database.ts'
import { allocationReleased } from '../../../platform/events/catalogue.ts'
import type { EventEnvelope } from '../../../platform/events/envelope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { silentLog } from '../../../platform/log/log.ts'
import type { SubgraphPlatform } from '../../../platform/subgraph/module.ts'
import { createTestDatabase, type TestDatabase } from '../../../test/testkit/database.ts'
import { manualClock, type ManualClock } from '../../../test/testkit/manual-clock.ts'
import { insertTenants, type Tenants } from '../../../test/testkit/tenants.ts'
import { createBilling, type Billing } from '../context.ts'
import { billing as billingModule } from '../index.ts'

/** A use that is reported; what is left out is an hour of `h200` that ends now. */
export interface ReportedUse {
  readonly allocationId?: Uuid
  readonly skuCode?: string
  readonly placedAt?: Date
  readonly releasedAt?: Date
}

/** Tenants with prices and books, for tests of this subgraph. Arranged as the owner, used as gpuaas_billing. */
export interface TestBooks {
  readonly test: TestDatabase
  readonly database: Database
  readonly platform: SubgraphPlatform
  readonly clock: ManualClock
  readonly tenants: Tenants
  readonly billing: Billing
  readonly price: (skuCode: string, microsPerHour: bigint, from: Date) => Promise<void>
  /** An event as it arrives; each call is another event. */
  readonly released: (project: ProjectScope, use?: ReportedUse) => EventEnvelope
  /** What the worker does with an event. */
  readonly handle: (event: EventEnvelope) => Promise<void>
  /** Pays in, at a moment. */
  readonly fund: (organization: Uuid, micros: bigint, at: Date) => Promise<void>
  /** As the owner, above every policy. */
  readonly rows: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>
}

const HOUR_MS = 3_600_000

export const createTestBooks = async (): Promise<TestBooks> => {
  const test = await createTestDatabase()
  const owner = await test.connect('owner')
  const clock = manualClock()
  const database = test.open('billing', { clock })
  const platform: SubgraphPlatform = {
    database,
    cache: createMemoryCache({ clock, log: silentLog }),
    clock,
    ids: systemIds,
    log: silentLog,
    announceGrants: () => Promise.resolve(),
    graph: '0'.repeat(64),
    grants: { load: () => Promise.resolve(NO_GRANTS) },
    watch: () => () => undefined,
    audience: () => Promise.resolve([]),
  }
  const billing = createBilling(platform)
  const handlers = billingModule.start(platform).eventHandlers
  const rows = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await owner.query<Row>(sql, [...values])).rows

  return {
    test,
    database,
    platform,
    clock,
    tenants: await insertTenants(owner),
    billing,
    rows,

    price: async (skuCode, microsPerHour, from) => {
      await rows(
        `insert into billing.prices (id, sku_code, rate_micros_per_hour, currency, effective_from) values ($1, $2, $3, 'EUR', $4)`,
        [systemIds.next(), skuCode, microsPerHour, from],
      )
    },

    released: ({ organizationId, projectId }, use = {}) => {
      const releasedAt = use.releasedAt ?? clock.now()
      const data = {
        allocationId: use.allocationId ?? systemIds.next(),
        skuId: systemIds.next(),
        skuCode: use.skuCode ?? 'h200',
        placedAt: (use.placedAt ?? new Date(releasedAt.getTime() - HOUR_MS)).toISOString(),
        releasedAt: releasedAt.toISOString(),
      }
      return {
        ...allocationReleased.create({ organizationId, projectId }, data),
        id: systemIds.next(),
        occurredAt: releasedAt.toISOString(),
        correlationId: 'test-correlation',
        causationId: 'test-correlation',
      }
    },

    handle: async (event) => {
      await handlers[event.type]?.(event)
    },

    fund: async (organization, micros, at) => {
      const posted = await billing.ledger.post(systemGrant(organizationScope(organization), 'test'), {
        kind: 'FUNDING',
        source: `payment:${systemIds.next()}`,
        description: 'Bank transfer',
        occurredAt: at,
        amountMicros: micros,
      })
      if (!posted.ok) throw new Error('The payment of a test was posted before')
    },
  }
}
