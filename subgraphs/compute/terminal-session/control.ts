import { authorize, systemGrant, type ProjectGrant } from '../../../platform/access/authorize.ts'
import type { GrantCache } from '../../../platform/access/grant-cache.ts'
import type { GrantWatch } from '../../../platform/access/grant-watch.ts'
import { principalKey } from '../../../platform/access/principal.ts'
import { projectScope, type ProjectScope } from '../../../platform/access/scope.ts'
import type { Cache } from '../../../platform/cache/cache.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Database } from '../../../platform/database/database.ts'
import type { Log } from '../../../platform/log/log.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { Redemption, Standing, TerminalSessions, TerminalTicket } from '../../../terminal/sessions.ts'
import { computeUnits, type ProjectRepositories } from '../units.ts'
import { terminalGateways } from './gateways.ts'
import { terminalHints } from './hints.ts'
import { createHoldings } from './holdings.ts'
import { joinGateways } from './membership.ts'
import { isDone } from './model.ts'
import type { Stepping } from './repository.ts'
import { noteStep } from './steps.ts'
import { terminalTokens, type TokenContent } from './tokens.ts'

export interface TerminalControlParts {
  /** compute's own. */
  readonly database: Database
  readonly cache: Cache
  readonly grants: Pick<GrantCache, 'load' | 'fresh'>
  readonly watch: GrantWatch['watch']
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: TerminalTokenMetrics
  /** How long a lost hint may delay an end. */
  readonly pollEveryMs?: number
}

/** Told of each token that comes (R42). */
export interface TerminalTokenMetrics {
  readonly terminalTokenConsumed: () => void
  readonly terminalTokenReplayed: () => void
}

const JOB = 'compute.terminal-gateway'

/** The sessions as a terminal gateway uses them, over compute's own rows. */
export const createTerminalSessions = (parts: TerminalControlParts): TerminalSessions => {
  const { database, cache, grants, watch, clock, log, metrics, pollEveryMs = 750 } = parts
  const units = computeUnits(database)
  const tokens = terminalTokens(cache, clock)
  const hints = terminalHints(cache, log)
  const gateways = terminalGateways(units)

  /** The caller's own grant, by grants cached or read now; undefined where they may open no terminal there. */
  const decided = async (
    { principal, scope }: Pick<TerminalTicket, 'principal' | 'scope'>,
    how: 'load' | 'fresh',
  ): Promise<ProjectGrant<'COMPUTE_TERMINAL_OPEN'> | undefined> => {
    const { organizationId, projectId } = scope
    const requirement = { kind: 'project', capability: 'COMPUTE_TERMINAL_OPEN', projectId } as const
    const grant = authorize({ principal, grants: await grants[how](principal) }, requirement)
    return grant.ok && grant.value.scope.organizationId === organizationId ? grant.value : undefined
  }

  /** Takes the step, or says why it could not be taken: whoever comes second finds what the first did. */
  const take = async (
    ticket: TerminalTicket,
    stepping: Stepping,
    grant: ProjectGrant = systemGrant(ticket.scope, JOB),
  ): Promise<Standing> => {
    const { sessionId, generation } = ticket
    const taken = await units.project.write(grant, async (unit): Promise<Result<number, Standing>> => {
      const session = await unit.terminals.take(sessionId, stepping, clock.now())
      if (session !== undefined) {
        noteStep(stepping.step, session, unit)
        return ok(session.version)
      }
      const held = await unit.terminals.find(sessionId)
      if (held === undefined || held.state === 'CLOSED') return err('closed')
      const isSo =
        stepping.step === 'connect' ? held.gatewayId === stepping.gatewayId : isDone(held.state, stepping.step)
      return err(held.generation === generation && isSo ? 'ok' : 'stale')
    })
    if (!taken.ok) return taken.error
    await hints.publish(ticket, taken.value)
    return 'ok'
  }

  const close: TerminalSessions['closed'] = (ticket, reason, exitCode) => {
    const { generation, gatewayId } = ticket
    // Whose permission ended is the session's opener, whichever attachment finds out.
    const guard = reason === 'REVOKED' ? {} : { heldBy: { generation, gatewayId } }
    return take(ticket, { step: 'close', reason, exitCode, ...guard })
  }

  /** A change that is no step: nobody is told of it. Gives what `work` gives. */
  const write = async <T>(scope: ProjectScope, work: (unit: ProjectRepositories) => Promise<T>): Promise<T> => {
    const done: Result<T, never> = await units.project.write(systemGrant(scope, JOB), async (unit) =>
      ok(await work(unit)),
    )
    if (!done.ok) throw new Error('Nothing is refused here')
    return done.value
  }

  const holdings = createHoldings({
    ...{ hints, watch, clock, log, pollEveryMs, close },
    read: (tickets) => {
      const projects = new Map(tickets.map(({ scope }) => [scope.projectId, scope]))
      const scope = { kind: 'project-set', projects: [...projects.values()] } as const
      const ids = tickets.map(({ sessionId }) => sessionId)
      return units.projectSet.read(scope, ({ terminals }) => terminals.findAll(ids))
    },
    touch: ({ sessionId, scope }, at) => write(scope, ({ terminals }) => terminals.touch(sessionId, at)),
    isAllowed: async (ticket) => (await decided(ticket, 'load')) !== undefined,
  })

  const ticketOf = async (content: TokenContent): Promise<Redemption> => {
    const { sessionId, generation, gatewayId, principal } = content
    const scope = projectScope(content.organizationId, content.projectId)
    if ((await decided({ principal, scope }, 'fresh')) === undefined) return { ok: false, code: 'TERMINAL_REVOKED' }
    const session = await units.project.read(scope, ({ terminals }) => terminals.find(sessionId))
    if (session === undefined) return { ok: false, code: 'TERMINAL_TOKEN_INVALID' }
    if (session.state === 'CLOSED') return { ok: false, code: 'TERMINAL_SESSION_CLOSED' }
    const { columns, rows, isRecorded, endsAt, idleMs, nodeId } = session
    return {
      ok: true,
      ticket: {
        ...{ sessionId, scope, allocationId: session.allocationId.local, nodeId, gatewayId, principal, generation },
        ...{ columns, rows, isRecorded, endsAt, idleMs },
      },
    }
  }

  const letGo = async (gatewayId: string): Promise<void> => {
    const step = { step: 'detach', lostGatewayId: gatewayId } as const
    await Promise.all(holdings.at(gatewayId).map((ticket) => take(ticket, step)))
  }

  const memberships = new Set<{ readonly stop: () => void }>()

  return {
    join: async (gateway) => {
      const membership = await joinGateways({ gateways, letGo, log }, gateway)
      memberships.add(membership)
      return membership
    },

    redeem: async ({ token, gatewayId, callerKey }) => {
      const spent = await tokens.spend(token)
      if (!spent.ok) {
        if (spent.code === 'TERMINAL_TOKEN_REPLAYED') metrics?.terminalTokenReplayed()
        return spent
      }
      metrics?.terminalTokenConsumed()
      const { content } = spent
      const isForThem = callerKey === undefined || callerKey === principalKey(content.principal)
      if (content.gatewayId !== gatewayId || !isForThem) return { ok: false, code: 'TERMINAL_TOKEN_INVALID' }
      return ticketOf(content)
    },

    connecting: async (ticket) => {
      const grant = await decided(ticket, 'load')
      if (grant === undefined) {
        await close(ticket, 'REVOKED')
        return 'closed'
      }
      const { generation, gatewayId } = ticket
      return take(ticket, { step: 'connect', generation, gatewayId }, grant)
    },

    active: (ticket) => take(ticket, { step: 'activate', generation: ticket.generation }),
    detached: (ticket) => take(ticket, { step: 'detach', generation: ticket.generation }),
    closed: close,

    resized: async ({ sessionId, scope, generation }, size) =>
      (await write(scope, ({ terminals }) => terminals.resize(sessionId, generation, size))) ? 'ok' : 'stale',

    recorded: async ({ sessionId, scope }, { reference, bytes, head }) => {
      await write(scope, ({ terminals }) => terminals.record(sessionId, { reference, bytes: BigInt(bytes), head }))
    },

    hold: holdings.hold,

    stop: async () => {
      for (const { stop } of memberships) stop()
      await holdings.stop()
    },
  }
}
