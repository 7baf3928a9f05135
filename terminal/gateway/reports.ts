import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../platform/log/log.ts'
import type { EndedSession } from '../node-link/link-messages.ts'
import type { CloseName } from '../protocol/close-codes.ts'
import type { Standing, TerminalCloseReason, TerminalSessions, TerminalTicket } from '../sessions.ts'
import type { HeldSession } from './held-session.ts'

/** The name of the close that tells a client why its session is over. */
export const closeNameOf = (reason: TerminalCloseReason): CloseName =>
  reason === 'EXIT' || reason === 'CLOSED_BY_USER' ? 'CLOSED' : reason

const ATTEMPTS = 5
const PAUSE_MS = 1000
const RESIZED_MS = 250

/** What a gateway reports of its sessions, told again where the stores did not answer. */
export const createReports = (sessions: TerminalSessions, log: Log) => {
  const open = new Set<Promise<unknown>>()
  const resizing = new Set<HeldSession>()
  const told = async <T>(report: () => Promise<T>): Promise<T | undefined> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await report()
      } catch (error) {
        if (attempt < ATTEMPTS) await pause(PAUSE_MS * attempt)
        else {
          log.error({ err: error }, 'what became of a terminal could not be reported')
          return undefined
        }
      }
    }
  }
  const kept = <T>(work: Promise<T>): Promise<T> => {
    const settled: Promise<unknown> = work.finally(() => open.delete(settled))
    open.add(settled)
    return work
  }
  return {
    /** In the order of the session's life. Undefined where nobody answered in several attempts. */
    ofSession: (session: HeldSession, of: 'active' | 'detached'): Promise<Standing | undefined> =>
      kept(session.inTurn(() => told(() => sessions[of](session.ticket)))),
    /** The last of many sizes: whoever drags a window is not worth a write for each step. */
    resized: (session: HeldSession): void => {
      if (resizing.has(session)) return
      resizing.add(session)
      void kept(
        pause(RESIZED_MS).then(() => {
          resizing.delete(session)
          return session.inTurn(() => told(() => sessions.resized(session.ticket, session.size)))
        }),
      )
    },
    closed: (
      session: HeldSession | undefined,
      ticket: TerminalTicket,
      { reason, exitCode, recording }: Pick<EndedSession, 'reason' | 'exitCode' | 'recording'>,
    ): void => {
      const report = async (): Promise<void> => {
        await told(() => sessions.closed(ticket, reason, exitCode))
        if (recording) await told(() => sessions.recorded(ticket, recording))
      }
      void kept(session === undefined ? report() : session.inTurn(report))
    },
    /** Resolves when everything was reported, or given up. */
    settled: async (): Promise<void> => {
      while (open.size > 0) await Promise.allSettled([...open])
    },
  }
}

export type Reports = ReturnType<typeof createReports>
