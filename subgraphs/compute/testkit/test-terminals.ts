import { authorize, type ProjectGrant } from '../../../platform/access/authorize.ts'
import { createGrantCache, type GrantCache } from '../../../platform/access/grant-cache.ts'
import { createGrantWatch } from '../../../platform/access/grant-watch.ts'
import { NO_GRANTS, type Grants } from '../../../platform/access/grants.ts'
import { principalKey, type Principal } from '../../../platform/access/principal.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Cache } from '../../../platform/cache/cache.ts'
import { systemClock, type Clock } from '../../../platform/clock/clock.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { silentLog } from '../../../platform/log/log.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Membership, TerminalGateway, TerminalSessions } from '../../../terminal/sessions.ts'
import type { AllocationId } from '../allocation/model.ts'
import { createTerminalSessions } from '../terminal-session/control.ts'
import { jobGrant, granted, someUuid, type TestCloud } from './test-cloud.ts'

/** A person whose permissions a test gives and takes. */
export interface TestPerson {
  readonly userId: Uuid
  readonly principal: Principal
  /** What they may do in the project from now on; nobody is told. */
  readonly may: (scope: ProjectScope, ...capabilities: readonly string[]) => void
  readonly grant: <C extends string>(scope: ProjectScope, capability: C) => ProjectGrant<C>
}

/** People, and terminal gateways that know of them by grants of their own. */
export interface TestTerminals {
  readonly person: () => TestPerson
  /** Drops what gateways hold of their grants, as the message of a change does. */
  readonly announce: (person: TestPerson) => Promise<void>
  readonly source: (principal: Principal) => Promise<Grants>
  /** A process with a terminal gateway in it, over the cache that it is given. */
  readonly gateway: (
    options: Partial<TerminalGateway> & {
      readonly cache: Cache
      readonly pollEveryMs?: number
      readonly clock?: Clock
    },
  ) => Promise<TestGateway>
  readonly counts: { consumed: number; replayed: number }
  readonly activeAllocation: (scope: ProjectScope, name?: string) => Promise<AllocationId>
  readonly stop: () => Promise<void>
}

export interface TestGateway {
  readonly id: string
  readonly sessions: TerminalSessions
  readonly grants: GrantCache
  readonly membership: Membership
  /** As kill -9: nothing more is told or looked at. */
  readonly kill: () => Promise<void>
}

export const createTestTerminals = (cloud: TestCloud): TestTerminals => {
  const held = new Map<string, Grants>()
  const counts = { consumed: 0, replayed: 0 }
  const running = new Set<TestGateway>()
  const source = (principal: Principal): Promise<Grants> =>
    Promise.resolve(held.get(principalKey(principal)) ?? NO_GRANTS)

  const person = (): TestPerson => {
    const userId = someUuid()
    const principal: Principal = {
      ...{ kind: 'user', subject: `somebody-${userId}`, sessionId: undefined },
      ...{ authenticatedAt: undefined, assurance: 'single' },
    }
    const grantsOf = () => held.get(principalKey(principal)) ?? { ...NO_GRANTS, userId }
    return {
      userId,
      principal,
      may: ({ organizationId, projectId }, ...capabilities) => {
        const projects = new Map(grantsOf().projects)
        projects.set(projectId, { organizationId, suspended: false, capabilities: new Set(capabilities) })
        held.set(principalKey(principal), { ...NO_GRANTS, userId, projects })
      },
      grant: ({ projectId }, capability) => {
        const grant = authorize({ principal, grants: grantsOf() }, { kind: 'project', capability, projectId })
        if (!grant.ok) throw new Error(`The grant of a test was denied: ${grant.error.code}`)
        return grant.value
      },
    }
  }

  return {
    person,
    source,
    counts,
    announce: async ({ principal }) => {
      for (const { grants } of running) await grants.announce([principalKey(principal)])
    },
    gateway: async ({ cache, pollEveryMs = 50, clock = systemClock, ...told }) => {
      const grants = createGrantCache({ source: { load: source }, bus: cache, clock: systemClock })
      await grants.start()
      const watch = createGrantWatch({ grants, log: silentLog, pollMs: 100 })
      const sessions = createTerminalSessions({
        ...{ database: cloud.database, cache, grants, watch: watch.watch, clock, log: silentLog, pollEveryMs },
        metrics: {
          terminalTokenConsumed: () => {
            counts.consumed++
          },
          terminalTokenReplayed: () => {
            counts.replayed++
          },
        },
      })
      const id = told.id ?? `gateway-${systemIds.next()}`
      const url = told.url ?? `ws://127.0.0.1/${id}`
      const membership = await sessions.join({ id, url, capacity: told.capacity ?? 100, held: told.held ?? (() => 0) })
      const gateway: TestGateway = {
        ...{ id, sessions, grants, membership },
        kill: async () => {
          running.delete(gateway)
          await sessions.stop()
          watch.stop()
          await grants.stop()
        },
      }
      running.add(gateway)
      return gateway
    },
    activeAllocation: async (scope, name = `train-${someUuid().slice(-12)}`) => {
      const grant = granted(scope, 'COMPUTE_ALLOCATION_CREATE')
      const placed = await cloud.compute.creation.create(grant, { name, skuCode: 'slice', regionCode: undefined })
      if (!placed.ok) throw new Error(`Nothing was placed: ${placed.error}`)
      await cloud.compute.provisioning.provision(jobGrant(scope), placed.value.id)
      return placed.value.id
    },
    stop: async () => {
      for (const { kill } of [...running]) await kill()
    },
  }
}
