import { v7 } from 'uuid'
import { openPool } from '../../../platform/database/pool.ts'
import { createMemoryCache } from '../../../platform/cache/memory-cache.ts'
import type { Cache } from '../../../platform/cache/cache.ts'
import { capabilitiesOf } from '../../../directives/capabilities.ts'
import { createPostgresAudience } from '../../../platform/access/audience.ts'
import { NO_GRANTS } from '../../../platform/access/grants.ts'
import { systemGrant } from '../../../platform/access/authorize.ts'
import { organizationScope, type ProjectScope } from '../../../platform/access/scope.ts'
import { allocationReleased } from '../../../platform/events/catalogue.ts'
import type { EventEnvelope } from '../../../platform/events/envelope.ts'
import { systemIds, type IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { silentLog } from '../../../platform/log/log.ts'
import type { SubgraphPlatform } from '../../../platform/subgraph/module.ts'
import { createTestDatabase, type TestDatabase } from '../../../test/testkit/database.ts'
import { manualClock, type ManualClock } from '../../../test/testkit/manual-clock.ts'
import { insertTenants, type Tenants } from '../../../test/testkit/tenants.ts'
import { createNotifications } from '../context.ts'
import { notifications } from '../index.ts'

type Bus = Pick<Cache, 'publish' | 'subscribe'>

/** A fan-out bus as it may behave: as it should, losing everything, repeating everything, turning it round, or down. */
export type BusKind = 'working' | 'losing' | 'repeating' | 'reordering' | 'down'

export interface TellOptions {
  readonly platform?: SubgraphPlatform
  readonly projectId?: Uuid | null
  readonly title?: string
  /** Told once, however often it is said. */
  readonly eventId?: Uuid
}

/** People, projects and the events that they are told of. Arranged as the owner, used as gpuaas_notifications. */
export interface TestPost {
  readonly test: TestDatabase
  readonly drop: () => Promise<void>
  readonly clock: ManualClock
  readonly tenants: Tenants
  readonly platform: (bus?: BusKind, ids?: IdGenerator) => SubgraphPlatform
  /** A user who is a member of a project; without one, of nothing. */
  readonly user: (role?: 'developer' | 'billing', project?: ProjectScope) => Promise<Uuid>
  /** A released allocation of `h200`; each call is another event. */
  readonly released: (project: ProjectScope) => EventEnvelope
  /** What the worker does with an event. */
  readonly handle: (event: EventEnvelope, platform?: SubgraphPlatform) => Promise<void>
  /** Tells the members of an organization, those who may read the project where it is about one. */
  readonly tellMembers: (organizationId: Uuid, options?: TellOptions) => Promise<void>
  /** As the owner, above every policy. */
  readonly rows: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>
}

const busOf = (kind: BusKind, working: Bus): Bus => {
  switch (kind) {
    case 'working':
      return working
    case 'losing':
      return { ...working, publish: () => Promise.resolve() }
    case 'repeating':
      return {
        ...working,
        publish: async (channel, message) => {
          for (let n = 0; n < 5; n += 1) await working.publish(channel, message)
        },
      }
    case 'reordering': {
      let held: (() => Promise<void>) | undefined
      return {
        ...working,
        publish: async (channel, message) => {
          const later = held
          held = later === undefined ? () => working.publish(channel, message) : undefined
          if (later === undefined) return
          await working.publish(channel, message)
          await later()
        },
      }
    }
    case 'down': {
      const fail = () => Promise.reject(new Error('The bus is down'))
      return { publish: fail, subscribe: fail }
    }
  }
}

export const createTestPost = async (): Promise<TestPost> => {
  const test = await createTestDatabase()
  const owner = await test.connect('owner')
  const access = openPool({ url: test.urlOf('access'), poolSize: 4, applicationName: 'gpuaas-test' })
  const clock = manualClock()
  const database = test.open('notifications', { clock, poolSize: 6 })
  const cache = createMemoryCache({ clock, log: silentLog })
  const audience = createPostgresAudience({ pool: access, capabilitiesOf })
  const rows = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await owner.query<Row>(sql, [...values])).rows

  /** Ids of the moment that the clock shows: when somebody became a member is held against them. */
  let made = 0
  const dated: IdGenerator = { next: () => v7({ msecs: clock.now().getTime(), seq: made++ }) as Uuid } // canonical by construction

  const platform = (bus: BusKind = 'working', ids: IdGenerator = dated): SubgraphPlatform => ({
    database,
    cache: { ...cache, ...busOf(bus, cache) },
    clock,
    ids,
    log: silentLog,
    announceGrants: () => Promise.resolve(),
    graph: '0'.repeat(64),
    audience,
    grants: { load: () => Promise.resolve(NO_GRANTS) },
    watch: () => () => undefined,
  })

  return {
    drop: async () => {
      await access.end()
      await test.drop()
    },
    test,
    clock,
    platform,
    rows,
    tenants: await insertTenants(owner),

    user: async (role, project) => {
      const id = systemIds.next()
      await rows(
        `insert into iam.users (id, subject, email, display_name, created_at) values ($1::uuid, $1::uuid::text, $1::uuid::text, 'x', now())`,
        [id],
      )
      if (role !== undefined && project !== undefined) {
        await rows(
          `insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at) values ($1, $2, $3, $4, $5, now())`,
          [project.organizationId, project.projectId, systemIds.next(), id, role],
        )
      }
      return id
    },

    released: ({ organizationId, projectId }) => {
      const now = clock.now().toISOString()
      const data = {
        allocationId: systemIds.next(),
        skuId: systemIds.next(),
        skuCode: 'h200',
        placedAt: now,
        releasedAt: now,
      }
      return {
        ...allocationReleased.create({ organizationId, projectId }, data),
        id: systemIds.next(),
        occurredAt: now,
        correlationId: 'test-correlation',
        causationId: 'test-correlation',
      }
    },

    tellMembers: async (
      organizationId,
      { platform: on = platform(), projectId = null, title = 'To all members', eventId = systemIds.next() } = {},
    ) => {
      const { deliveries } = createNotifications(on)
      const grant = systemGrant(organizationScope(organizationId), 'test')
      await deliveries.toMembers(grant, {
        eventId,
        correlationId: 'test-correlation',
        about: { organizationId, projectId },
        text: { template: 'announcement', templateVersion: 1, category: 'ANNOUNCEMENT', title, body: 'x' },
        subject: null,
      })
    },

    handle: async (event, on = platform()) => {
      await notifications.start(on).eventHandlers[event.type]?.(event)
    },
  }
}
