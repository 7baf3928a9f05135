import { randomUUID } from 'node:crypto'
import { projectScope } from '../../platform/access/scope.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { Ending, RecordingReport, TerminalCloseReason, TerminalSessions, TerminalTicket } from '../sessions.ts'

type State = 'TOKEN_ISSUED' | 'CONNECTING' | 'ACTIVE' | 'DETACHED' | 'CLOSED'

interface Row {
  ticket: TerminalTicket
  state: State
  reason: TerminalCloseReason | undefined
  exitCode: number | undefined
  recording: RecordingReport | undefined
}

/** The control of sessions as far as byte gateways need it, in memory; for tests of the bytes alone. */
export interface MemorySessions extends TerminalSessions {
  /** A new session, and the token of its first attachment. */
  readonly open: (about?: Partial<TerminalTicket>) => { readonly sessionId: Uuid; readonly token: string }
  /** The token of the next attachment. */
  readonly reattach: (sessionId: Uuid) => string
  readonly row: (sessionId: Uuid) => Readonly<Row>
  /** As when somebody may no longer hold it: the gateway that holds it is told. */
  readonly revoke: (sessionId: Uuid) => void
}

export const memorySessions = (node: Uuid): MemorySessions => {
  const rows = new Map<Uuid, Row>()
  const tokens = new Map<string, TerminalTicket>()
  const spent = new Set<string>()
  const holders = new Map<Uuid, { readonly ticket: TerminalTicket; readonly end: (ending: Ending) => void }>()

  const row = (sessionId: Uuid): Row => {
    const found = rows.get(sessionId)
    if (found === undefined) throw new Error(`There is no session ${sessionId}`)
    return found
  }
  const tokenFor = (ticket: TerminalTicket): string => {
    const token = randomUUID()
    tokens.set(token, ticket)
    return token
  }
  const move = async ({ sessionId, generation }: TerminalTicket, state: State) => {
    const at = row(sessionId)
    if (at.state === 'CLOSED') return 'closed' as const
    if (at.ticket.generation !== generation) return 'stale' as const
    at.state = state
    return 'ok' as const
  }
  const close = (sessionId: Uuid, reason: TerminalCloseReason, exitCode?: number): void => {
    const at = row(sessionId)
    if (at.state === 'CLOSED') return
    Object.assign(at, { state: 'CLOSED', reason, exitCode })
  }
  return {
    open: (about = {}) => {
      const sessionId = systemIds.next()
      const ticket: TerminalTicket = {
        sessionId,
        scope: projectScope(systemIds.next(), systemIds.next()),
        allocationId: systemIds.next(),
        nodeId: node,
        gatewayId: 'any',
        principal: {
          kind: 'user',
          subject: 'ada',
          sessionId: undefined,
          authenticatedAt: undefined,
          assurance: 'single',
        },
        generation: 1,
        columns: 80,
        rows: 24,
        isRecorded: false,
        endsAt: new Date(Date.now() + 3_600_000),
        idleMs: 600_000,
        ...about,
      }
      rows.set(sessionId, {
        ticket,
        state: 'TOKEN_ISSUED',
        reason: undefined,
        exitCode: undefined,
        recording: undefined,
      })
      return { sessionId, token: tokenFor(ticket) }
    },
    reattach: (sessionId) => {
      const at = row(sessionId)
      return tokenFor({ ...at.ticket, generation: at.ticket.generation + 1 })
    },
    row,
    revoke: (sessionId) => {
      close(sessionId, 'REVOKED')
      holders.get(sessionId)?.end({ kind: 'closed', reason: 'REVOKED', exitCode: undefined })
    },
    join: async () => ({ drain: async () => undefined, leave: async () => undefined }),
    redeem: async ({ token }) => {
      const ticket = tokens.get(token)
      if (spent.has(token)) return { ok: false, code: 'TERMINAL_TOKEN_REPLAYED' }
      if (ticket === undefined) return { ok: false, code: 'TERMINAL_TOKEN_INVALID' }
      spent.add(token)
      return { ok: true, ticket }
    },
    connecting: async (ticket) => {
      const at = row(ticket.sessionId)
      if (at.state === 'CLOSED') return 'closed'
      if (at.ticket.generation > ticket.generation) return 'stale'
      at.ticket = ticket
      at.state = 'CONNECTING'
      const holder = holders.get(ticket.sessionId)
      if (holder !== undefined && holder.ticket.generation < ticket.generation)
        holder.end({ kind: 'taken-over', generation: ticket.generation })
      return 'ok'
    },
    active: (ticket) => move(ticket, 'ACTIVE'),
    detached: (ticket) => move(ticket, 'DETACHED'),
    resized: (ticket) => move(ticket, row(ticket.sessionId).state),
    recorded: async ({ sessionId }, report) => {
      row(sessionId).recording = report
    },
    closed: async (ticket, reason, exitCode) => {
      const at = row(ticket.sessionId)
      if (at.state === 'CLOSED') return 'closed'
      if (at.ticket.generation !== ticket.generation) return 'stale'
      close(ticket.sessionId, reason, exitCode)
      return 'ok'
    },
    hold: (ticket, end) => {
      const holder = { ticket, end }
      holders.set(ticket.sessionId, holder)
      return {
        touch: () => undefined,
        release: () => {
          if (holders.get(ticket.sessionId) === holder) holders.delete(ticket.sessionId)
        },
      }
    },
    stop: async () => undefined,
  }
}
