import type { GrantWatch } from '../../../platform/access/grant-watch.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Log } from '../../../platform/log/log.ts'
import type { Ending, Holding, Standing, TerminalCloseReason, TerminalTicket } from '../../../terminal/sessions.ts'
import type { TerminalHints } from './hints.ts'
import type { TerminalSession } from './model.ts'

/** What the row says of a session. */
type SeenSession = Pick<TerminalSession, 'id' | 'state' | 'generation' | 'closeReason' | 'exitCode'>

export interface HoldingParts {
  /** The sessions of the tickets as they are now, in no order. */
  readonly read: (tickets: readonly TerminalTicket[]) => Promise<readonly SeenSession[]>
  readonly close: (ticket: TerminalTicket, reason: TerminalCloseReason) => Promise<Standing>
  readonly touch: (ticket: TerminalTicket, at: Date) => Promise<void>
  /** By the grants of this moment. */
  readonly isAllowed: (ticket: TerminalTicket) => Promise<boolean>
  readonly hints: TerminalHints
  readonly watch: GrantWatch['watch']
  readonly clock: Clock
  readonly log: Log
  readonly pollEveryMs: number
}

export interface Holdings {
  readonly hold: (ticket: TerminalTicket, end: (ending: Ending) => void) => Holding
  /** Those held now at a gateway. */
  readonly at: (gatewayId: string) => readonly TerminalTicket[]
  /** Lets go of everything, and resolves when what was begun is done. */
  readonly stop: () => Promise<void>
}

interface Held {
  readonly ticket: TerminalTicket
  readonly end: (ending: Ending) => void
  /** Milliseconds of the clock: when something happened last, and when the row was told so. */
  touchedAt: number
  toldAt: number
  readonly leave: () => void
}

/** How often the row is told at most that something happens. */
const TELL_EVERY_MS = 15_000

/** Watches over the sessions that this process holds: one read for all of them at each look. */
export const createHoldings = (parts: HoldingParts): Holdings => {
  const { hints, watch, clock, log, pollEveryMs } = parts
  const all = new Set<Held>()
  /** Ended here for want of permission, while the row could not be told. */
  const untold = new Set<TerminalTicket>()
  const begun = new Set<Promise<unknown>>()
  let isLooking = false

  const begin = <T>(work: Promise<T>): Promise<T> => {
    const ended = work.catch(() => undefined).finally(() => begun.delete(ended))
    begun.add(ended)
    return work
  }

  const nowMs = (): number => clock.now().getTime()

  const release = (held: Held): void => {
    if (!all.delete(held)) return
    held.leave()
  }

  const finish = (held: Held, ending: Ending): void => {
    if (!all.has(held)) return
    release(held)
    held.end(ending)
  }

  const overdue = ({ ticket, touchedAt }: Held): TerminalCloseReason | undefined => {
    if (nowMs() >= ticket.endsAt.getTime()) return 'MAX_DURATION'
    return nowMs() - touchedAt >= ticket.idleMs ? 'IDLE' : undefined
  }

  const judge = async (held: Held, session: SeenSession | undefined): Promise<void> => {
    if (session === undefined || !all.has(held)) return
    const { ticket } = held
    if (session.state === 'CLOSED') {
      const { closeReason: reason = 'CLOSED_BY_USER', exitCode } = session
      finish(held, { kind: 'closed', reason, exitCode })
    } else if (session.generation > ticket.generation) {
      finish(held, { kind: 'taken-over', generation: session.generation })
    } else {
      const reason = overdue(held)
      // What came of it is read from the row: another end may have been faster.
      if (reason !== undefined && (await parts.close(ticket, reason)) !== 'stale') await look([held])
    }
  }

  const look = async (some: readonly Held[]): Promise<void> => {
    if (some.length === 0) return
    const sessions = await parts.read(some.map(({ ticket }) => ticket))
    const byId = new Map(sessions.map((session) => [session.id.local, session]))
    await eachByItself(some.map((held) => judge(held, byId.get(held.ticket.sessionId))))
  }

  const tell = async (held: Held): Promise<void> => {
    const { ticket, touchedAt } = held
    if (touchedAt <= held.toldAt || nowMs() - held.toldAt < Math.min(TELL_EVERY_MS, ticket.idleMs / 3)) return
    held.toldAt = nowMs()
    await parts.touch(ticket, new Date(touchedAt))
  }

  const closeUntold = async (ticket: TerminalTicket): Promise<void> => {
    await parts.close(ticket, 'REVOKED')
    untold.delete(ticket)
  }

  /** What fails of one session keeps nobody from another: the next round comes. */
  const eachByItself = async (work: readonly Promise<void>[]): Promise<void> => {
    const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected')
      log.warn({ err: failed.reason }, 'the terminal sessions of this gateway could not all be looked at')
  }

  const round = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    await eachByItself([...untold].map(closeUntold))
    await eachByItself([look([...all])])
    await eachByItself([...all].map(tell))
    isLooking = false
  }

  const timer = setInterval(() => void begin(round()), pollEveryMs)
  timer.unref()

  /** Ended here at once, whatever the database says to it. */
  const revoke = async (held: Held): Promise<void> => {
    untold.add(held.ticket)
    finish(held, { kind: 'closed', reason: 'REVOKED', exitCode: undefined })
    await closeUntold(held.ticket)
  }

  const review = async (held: Held): Promise<void> => {
    if (all.has(held) && !(await parts.isAllowed(held.ticket))) await revoke(held)
  }

  return {
    hold: (ticket, end) => {
      const subscribed = hints.subscribe(ticket, () => {
        begin(look([held])).catch((error: unknown) => {
          log.warn({ err: error }, 'a terminal session could not be looked at; the next look comes')
        })
      })
      const unwatch = watch({
        principal: ticket.principal,
        review: () => begin(review(held)),
      })
      const held: Held = {
        ...{ ticket, end, touchedAt: nowMs(), toldAt: nowMs() },
        leave: () => {
          unwatch()
          void subscribed.then((unsubscribe) => unsubscribe())
        },
      }
      all.add(held)
      return {
        touch: () => {
          held.touchedAt = nowMs()
        },
        release: () => {
          release(held)
        },
      }
    },
    at: (gatewayId) => [...all].map(({ ticket }) => ticket).filter((ticket) => ticket.gatewayId === gatewayId),
    stop: async () => {
      clearInterval(timer)
      for (const held of [...all]) release(held)
      await Promise.all(begun)
    },
  }
}
