import type { Audience } from '../../../platform/access/audience.ts'
import type { ProjectGrant, SystemCapability } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { parseId } from '../../../platform/ids/id.ts'
import { ok, type Result } from '../../../platform/result/result.ts'
import type { ComputeUnits } from '../units.ts'
import type { TerminalGateways } from './gateways.ts'
import type { TerminalHints } from './hints.ts'
import { CHECK_TERMINAL_JOB, checkKey, checkPayload } from './jobs.ts'
import { deadlineOf, type TerminalSession, type TerminalSessionId, type TerminalStep } from './model.ts'
import type { Stepping } from './repository.ts'
import { noteStep, placeOf } from './steps.ts'

export interface CheckDependencies {
  readonly units: ComputeUnits
  readonly gateways: TerminalGateways
  readonly hints: TerminalHints
  readonly audience: Audience
  readonly clock: Clock
}

/** How often a session is looked after that its gateway should look after. */
const EVERY_MS = 60_000
/** A gateway that lives ends what is overdue by itself, and knows of use that it has not told yet. */
const GRACE_MS = 30_000

export type TerminalChecks = ReturnType<typeof terminalChecks>

/**
 * Looks after sessions from outside, for as long as they are open: whatever happens to gateways, none stays open past
 * its time, past its opener's permission, or in the hands of a gateway that is gone.
 */
export const terminalChecks = ({ units, gateways, hints, audience, clock }: CheckDependencies) => {
  /** Programs are decided by who holds the session, and when they come back. */
  const mayHold = async (session: TerminalSession, { scope }: ProjectGrant): Promise<boolean> => {
    const user = parseId('usr', session.openedBy)
    return !user.ok || (await audience('COMPUTE_TERMINAL_OPEN', scope)).includes(user.value.local)
  }

  const stepFor = (
    session: TerminalSession,
    { isAlive, isAllowed }: { readonly isAlive: boolean; readonly isAllowed: boolean },
  ): Stepping | undefined => {
    const { at, reason } = deadlineOf(session)
    const overdueAt = at.getTime() + (session.gatewayId !== undefined && isAlive ? GRACE_MS : 0)
    if (clock.now().getTime() >= overdueAt) return { step: 'close', reason }
    if (!isAllowed) return { step: 'close', reason: 'REVOKED' }
    if (session.gatewayId !== undefined && !isAlive) return { step: 'detach', lostGatewayId: session.gatewayId }
    return undefined
  }

  const nextLook = (session: TerminalSession): Date => {
    const soon = clock.now().getTime() + EVERY_MS
    return new Date(Math.min(soon, Math.max(deadlineOf(session).at.getTime(), clock.now().getTime() + 1_000)))
  }

  return {
    /** Takes the step that is due, if one is, and comes back until the session is over. */
    check: async (grant: ProjectGrant<SystemCapability>, id: TerminalSessionId): Promise<void> => {
      const seen = await units.project.read(grant.scope, ({ terminals }) => terminals.find(id.local))
      if (seen === undefined || seen.state === 'CLOSED') return
      const known = {
        isAlive: seen.gatewayId !== undefined && (await gateways.isAlive(seen.gatewayId)),
        isAllowed: await mayHold(seen, grant),
      }
      const looked: Result<TerminalSession | undefined, never> = await units.project.write(grant, async (unit) => {
        const held = await unit.terminals.lock(id.local)
        if (held === undefined || held.state === 'CLOSED') return ok(undefined)
        // What was found out is of another gateway: the next look finds out about this one.
        const step = held.gatewayId === seen.gatewayId ? stepFor(held, known) : undefined
        const taken = step && (await unit.terminals.take(id.local, step, clock.now()))
        if (taken !== undefined && step !== undefined) noteStep(step.step satisfies TerminalStep, taken, unit)
        const now = taken ?? held
        if (now.state !== 'CLOSED') {
          unit.jobs.add(CHECK_TERMINAL_JOB, checkPayload(grant.scope, id), checkKey(id), nextLook(now))
        }
        return ok(taken)
      })
      if (looked.ok && looked.value !== undefined) {
        await hints.publish(placeOf(grant.scope, looked.value), looked.value.version)
      }
    },
  }
}
