import type { Actor, ProjectGrant } from '../../../platform/access/authorize.ts'
import type { Principal } from '../../../platform/access/principal.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { WriteTools } from '../../../platform/database/unit-of-work.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { ownedId, selfId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { AllocationId } from '../allocation/model.ts'
import type { ComputeUnits, ProjectRepositories } from '../units.ts'
import type { GatewayPlace, TerminalGateways } from './gateways.ts'
import type { TerminalHints } from './hints.ts'
import { CHECK_TERMINAL_JOB, checkKey, checkPayload } from './jobs.ts'
import { deadlineOf, parseSize, type TerminalLimits, type TerminalSession } from './model.ts'
import type { TerminalPage, TerminalSessionId } from './model.ts'
import { noteStep, placeOf } from './steps.ts'
import type { MintedToken, TerminalTokens } from './tokens.ts'

export interface TerminalDependencies {
  readonly units: ComputeUnits
  readonly gateways: TerminalGateways
  readonly tokens: TerminalTokens
  readonly hints: TerminalHints
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly limits: TerminalLimits
}

export interface OpenTerminal {
  readonly allocationId: AllocationId
  readonly columns: number
  readonly rows: number
  readonly isRecorded: boolean
  /** A session of the caller's that ends in favour of this one. */
  readonly replaces: TerminalSessionId | undefined
}

/** A session with the token for its next attachment. */
export interface OpenedTerminal extends MintedToken {
  readonly session: TerminalSession
  readonly url: string
}

type NoGateway = 'TERMINAL_CAPACITY' | 'TERMINAL_UNAVAILABLE'
type Replacing = 'REPLACED_NOT_FOUND' | 'REPLACED_NOT_THE_OPENER'
type TooMany = 'TOO_MANY_IN_ALLOCATION' | 'TOO_MANY_OF_CALLER'
export type OpenRefusal = 'NOT_FOUND' | 'ALLOCATION_NOT_ACTIVE' | 'SIZE_INVALID' | Replacing | TooMany | NoGateway
export type ReattachRefusal = 'NOT_FOUND' | 'SESSION_CLOSED' | 'NOT_THE_OPENER' | NoGateway
export type CloseRefusal = 'NOT_FOUND' | 'ALREADY_CLOSED' | 'NOT_THE_OPENER'

type OpenGrant = ProjectGrant<'COMPUTE_TERMINAL_OPEN'>
type Unit = ProjectRepositories & WriteTools

/** Who opens, as sessions keep it, and what the token proves of them. */
const openerOf = (actor: Actor): { readonly openedBy: string; readonly principal: Principal } => {
  if (actor.kind === 'principal') {
    const { principal, userId } = actor
    if (principal.kind === 'service-account') return { openedBy: principal.serviceAccountId, principal }
    if (userId !== undefined) return { openedBy: selfId('usr', userId).text, principal }
  }
  throw new Error('A terminal is opened by a user or a service account')
}

export type TerminalService = ReturnType<typeof terminalService>

export const terminalService = (dependencies: TerminalDependencies) => {
  const { units, gateways, tokens, hints, clock, ids, limits } = dependencies

  const gatewayFor = async (preferred?: string): Promise<Result<GatewayPlace, NoGateway>> => {
    const chosen = await gateways.choose(preferred)
    if (chosen === 'none') return err('TERMINAL_UNAVAILABLE')
    return chosen === 'all full' ? err('TERMINAL_CAPACITY') : ok(chosen)
  }

  /** Counts the attachment that the next token is for; the session is open, and held by this transaction. */
  const issue = async (session: TerminalSession, unit: Unit): Promise<{ session: TerminalSession; next: number }> => {
    const next = await unit.terminals.mint(session.id.local)
    if (next === undefined) throw new Error(`Terminal session ${session.id.text} ended while it was held`)
    const issued = await unit.terminals.take(session.id.local, { step: 'issue' }, clock.now())
    if (issued !== undefined) noteStep('issue', issued, unit)
    return { session: issued ?? session, next }
  }

  /** After the commit: a token is for a session that is there. */
  const mint = async (
    grant: OpenGrant,
    { session, next }: { readonly session: TerminalSession; readonly next: number },
    gateway: GatewayPlace,
  ): Promise<OpenedTerminal> => {
    await hints.publish(placeOf(grant.scope, session), session.version)
    const { organizationId, projectId } = grant.scope
    const of = { organizationId, projectId, sessionId: session.id.local, allocationId: session.allocationId.local }
    const { principal } = openerOf(grant.actor)
    const content = { ...of, generation: next, gatewayId: gateway.id, principal }
    return { session, url: gateway.url, ...(await tokens.mint(content, limits.tokenMs)) }
  }

  const replace = async (
    id: TerminalSessionId | undefined,
    openedBy: string,
    unit: Unit,
  ): Promise<Result<TerminalSession | undefined, Replacing>> => {
    const replaced = id && (await unit.terminals.lock(id.local))
    if (id === undefined) return ok(undefined)
    if (replaced === undefined) return err('REPLACED_NOT_FOUND')
    if (replaced.openedBy !== openedBy) return err('REPLACED_NOT_THE_OPENER')
    const closed = await unit.terminals.take(id.local, { step: 'close', reason: 'TAKEN_OVER' }, clock.now())
    if (closed !== undefined) noteStep('close', closed, unit)
    return ok(closed)
  }

  return {
    /** Those that exist in the projects of the scope, in no order. */
    findAll: (scope: ProjectSetScope, found: readonly TerminalSessionId[]): Promise<TerminalSession[]> =>
      units.projectSet.read(scope, ({ terminals }) => terminals.findAll(found.map(({ local }) => local))),

    /** The same page of each allocation, newest first. */
    pages: (
      scope: ProjectSetScope,
      allocations: readonly AllocationId[],
      page: TerminalPage,
    ): Promise<TerminalSession[]> =>
      units.projectSet.read(scope, ({ terminals }) => terminals.pages(allocations, page)),

    /** How many each allocation has in the states of the page, by the text of its id. */
    totals: (scope: ProjectSetScope, allocations: readonly AllocationId[], page: TerminalPage) =>
      units.projectSet.read(scope, ({ terminals }) => terminals.totals(allocations, page)),

    /** A session in an ACTIVE allocation, with the token for its first client. Nothing runs before that one comes. */
    open: async (grant: OpenGrant, input: OpenTerminal): Promise<Result<OpenedTerminal, OpenRefusal>> => {
      const size = parseSize(input.columns, input.rows)
      if (!size.ok) return size
      const gateway = await gatewayFor()
      if (!gateway.ok) return gateway
      const { openedBy } = openerOf(grant.actor)
      let replaced: TerminalSession | undefined
      const made = await units.project.write(
        grant,
        async (unit): Promise<Result<{ session: TerminalSession; next: number }, OpenRefusal>> => {
          const { allocations, terminals, jobs } = unit
          await terminals.lockOpener(openedBy)
          // A release waits for this, and then ends what is opened here; or this waits for it, and opens nothing.
          const allocation = await allocations.lock(input.allocationId.local)
          if (allocation === undefined) return err('NOT_FOUND')
          if (allocation.state !== 'ACTIVE') return err('ALLOCATION_NOT_ACTIVE')
          const ended = await replace(input.replaces, openedBy, unit)
          if (!ended.ok) return ended
          replaced = ended.value
          const { onAllocation, ofOpener } = await terminals.countOpen(allocation.id.local, openedBy)
          if (onAllocation >= limits.perAllocation) return err('TOO_MANY_IN_ALLOCATION')
          if (ofOpener >= limits.perOpener) return err('TOO_MANY_OF_CALLER')

          const id = ownedId('trm', grant.scope.projectId, ids.next())
          const createdAt = clock.now()
          await terminals.insert({
            ...{ id, openedBy, createdAt, ...size.value, isRecorded: input.isRecorded },
            ...{ allocationId: allocation.id, nodeId: allocation.nodeId, idleMs: limits.idleMs },
            endsAt: new Date(createdAt.getTime() + limits.maxDurationMs),
          })
          const session = await terminals.find(id.local)
          if (session === undefined) throw new Error('A terminal session that was just made cannot be read')
          noteStep('open', session, unit)
          jobs.add(CHECK_TERMINAL_JOB, checkPayload(grant.scope, id), checkKey(id), deadlineOf(session).at)
          return ok(await issue(session, unit))
        },
      )
      if (!made.ok) return made
      if (replaced !== undefined) await hints.publish(placeOf(grant.scope, replaced), replaced.version)
      return ok(await mint(grant, made.value, gateway.value))
    },

    /** A token for another attachment of the caller's own session: it takes over from the one before, if there is one. */
    reattach: async (grant: OpenGrant, id: TerminalSessionId): Promise<Result<OpenedTerminal, ReattachRefusal>> => {
      const { openedBy } = openerOf(grant.actor)
      const found = await units.project.read(grant.scope, ({ terminals }) => terminals.find(id.local))
      const refusal = notReattachable(found, openedBy)
      if (refusal !== undefined) return err(refusal)
      const gateway = await gatewayFor(found?.gatewayId)
      if (!gateway.ok) return gateway
      const lost =
        found?.gatewayId !== undefined &&
        found.gatewayId !== gateway.value.id &&
        !(await gateways.isAlive(found.gatewayId))
          ? found.gatewayId
          : undefined
      const issued = await units.project.write(
        grant,
        async (unit): Promise<Result<{ session: TerminalSession; next: number }, ReattachRefusal>> => {
          const held = await unit.terminals.lock(id.local)
          const now = notReattachable(held, openedBy)
          if (held === undefined || now !== undefined) return err(now ?? 'NOT_FOUND')
          const detached =
            lost === undefined
              ? undefined
              : await unit.terminals.take(id.local, { step: 'detach', lostGatewayId: lost }, clock.now())
          if (detached !== undefined) noteStep('detach', detached, unit)
          const { version, generation } = detached ?? held
          unit.audit.succeeded('compute.terminal.reattach', id.text, { version, attachment: generation })
          return ok(await issue(detached ?? held, unit))
        },
      )
      return issued.ok ? ok(await mint(grant, issued.value, gateway.value)) : issued
    },

    /** Ends a session for good: one's own, or anybody's in the project for whoever manages them. */
    close: async (
      grant: OpenGrant,
      whose: 'own' | 'any',
      id: TerminalSessionId,
    ): Promise<Result<TerminalSession, CloseRefusal>> => {
      const { openedBy } = openerOf(grant.actor)
      const closed = await units.project.write(grant, async (unit): Promise<Result<TerminalSession, CloseRefusal>> => {
        const held = await unit.terminals.lock(id.local)
        if (held === undefined) return err('NOT_FOUND')
        if (whose === 'own' && held.openedBy !== openedBy) return err('NOT_THE_OPENER')
        const session = await unit.terminals.take(id.local, { step: 'close', reason: 'CLOSED_BY_USER' }, clock.now())
        if (session === undefined) return err('ALREADY_CLOSED')
        noteStep('close', session, unit)
        return ok(session)
      })
      if (closed.ok) await hints.publish(placeOf(grant.scope, closed.value), closed.value.version)
      return closed
    },
  }
}

const notReattachable = (
  session: TerminalSession | undefined,
  openedBy: string,
): 'NOT_FOUND' | 'NOT_THE_OPENER' | 'SESSION_CLOSED' | undefined => {
  if (session === undefined) return 'NOT_FOUND'
  if (session.openedBy !== openedBy) return 'NOT_THE_OPENER'
  return session.state === 'CLOSED' ? 'SESSION_CLOSED' : undefined
}
