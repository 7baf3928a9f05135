import { randomUUID } from 'node:crypto'
import { projectScope } from '../../platform/access/scope.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type {
  Ending,
  RecordingReport,
  Standing,
  TerminalCloseReason,
  TerminalSessions,
  TerminalTicket,
} from '../sessions.ts'

type State = 'TOKEN_ISSUED' | 'CONNECTING' | 'ACTIVE' | 'DETACHED' | 'CLOSED'
type Step = 'connect' | 'activate' | 'detach'

/** Where each step leads from where, as in the control of sessions that keeps them in PostgreSQL. */
const STEPS: Readonly<Record<Step, Partial<Readonly<Record<State, State>>>>> = {
  connect: { TOKEN_ISSUED: 'CONNECTING', CONNECTING: 'CONNECTING', ACTIVE: 'ACTIVE', DETACHED: 'DETACHED' },
  activate: { CONNECTING: 'ACTIVE', DETACHED: 'ACTIVE' },
  detach: { CONNECTING: 'DETACHED', ACTIVE: 'DETACHED' },
}

interface Row {
  /** Of the attachment that holds it, or held it last; before that of the first one. */
  ticket: TerminalTicket
  state: State
  /** The attachment that holds it, 0 before the first, and where. */
  generation: number
  gatewayId: string | undefined
  minted: number
  reason: TerminalCloseReason | undefined
  exitCode: number | undefined
  recording: RecordingReport | undefined
}

interface Holder {
  readonly ticket: TerminalTicket
  readonly end: (ending: Ending) => void
}

/** The control of sessions as far as byte gateways need it, in memory; for tests of the bytes alone. */
export interface MemorySessions extends TerminalSessions {
  /** A new session, and the token of its first attachment: at the gateway that joined last. */
  readonly open: (about?: Partial<TerminalTicket>) => { readonly sessionId: Uuid; readonly token: string }
  /** The token of the next attachment: at the gateway that joined last. */
  readonly reattach: (sessionId: Uuid) => string
  readonly row: (sessionId: Uuid) => Readonly<Row>
  /** As when somebody may no longer hold it: the gateway that holds it is told. */
  readonly revoke: (sessionId: Uuid) => void
}

/** Answers as `createTerminalSessions` of compute does; both are held to `sessionsConformance`. */
export const memorySessions = (node: Uuid): MemorySessions => {
  const rows = new Map<Uuid, Row>()
  const tokens = new Map<string, TerminalTicket>()
  const spent = new Set<string>()
  const holders = new Map<Uuid, Set<Holder>>()
  let joined: string | undefined

  const row = (sessionId: Uuid): Row => {
    const found = rows.get(sessionId)
    if (found === undefined) throw new Error(`There is no session ${sessionId}`)
    return found
  }
  const newest = (): string => {
    if (joined === undefined) throw new Error('No terminal gateway has joined')
    return joined
  }
  const tokenFor = (ticket: TerminalTicket): string => {
    const token = randomUUID()
    tokens.set(token, ticket)
    return token
  }
  const tell = (sessionId: Uuid, ending: Ending, whom: (holder: Holder) => boolean = () => true): void => {
    const holding = holders.get(sessionId) ?? new Set()
    for (const holder of [...holding]) {
      if (!whom(holder)) continue
      holding.delete(holder) // told once
      holder.end(ending)
    }
  }
  const move = ({ sessionId, generation }: TerminalTicket, step: Step): Standing => {
    const at = row(sessionId)
    if (at.state === 'CLOSED') return 'closed'
    if (at.generation !== generation) return 'stale'
    const next = STEPS[step][at.state]
    if (next === undefined) return Object.values(STEPS[step]).includes(at.state) ? 'ok' : 'stale'
    at.state = next
    return 'ok'
  }
  const close = (sessionId: Uuid, reason: TerminalCloseReason, exitCode?: number): void => {
    const at = row(sessionId)
    if (at.state === 'CLOSED') return
    Object.assign(at, { state: 'CLOSED', reason, exitCode, gatewayId: undefined })
    tell(sessionId, { kind: 'closed', reason, exitCode })
  }
  return {
    open: (about = {}) => {
      const sessionId = systemIds.next()
      const ticket: TerminalTicket = {
        sessionId,
        scope: projectScope(systemIds.next(), systemIds.next()),
        allocationId: systemIds.next(),
        nodeId: node,
        gatewayId: newest(),
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
      const nothing = { gatewayId: undefined, reason: undefined, exitCode: undefined, recording: undefined }
      rows.set(sessionId, { ticket, state: 'TOKEN_ISSUED', generation: 0, minted: 1, ...nothing })
      return { sessionId, token: tokenFor(ticket) }
    },
    reattach: (sessionId) => {
      const at = row(sessionId)
      at.minted += 1
      return tokenFor({ ...at.ticket, gatewayId: newest(), generation: at.minted })
    },
    row,
    revoke: (sessionId) => close(sessionId, 'REVOKED'),
    join: async ({ id }) => {
      joined = id
      return {
        drain: async () => undefined,
        leave: async () => {
          if (joined === id) joined = undefined
        },
      }
    },
    redeem: async ({ token, gatewayId }) => {
      const ticket = tokens.get(token)
      if (spent.has(token)) return { ok: false, code: 'TERMINAL_TOKEN_REPLAYED' }
      if (ticket === undefined) return { ok: false, code: 'TERMINAL_TOKEN_INVALID' }
      spent.add(token)
      if (ticket.gatewayId !== gatewayId) return { ok: false, code: 'TERMINAL_TOKEN_INVALID' }
      if (row(ticket.sessionId).state === 'CLOSED') return { ok: false, code: 'TERMINAL_SESSION_CLOSED' }
      return { ok: true, ticket }
    },
    connecting: async (ticket) => {
      const { sessionId, generation, gatewayId } = ticket
      const at = row(sessionId)
      if (at.state === 'CLOSED') return 'closed'
      if (at.generation >= generation)
        return at.generation === generation && at.gatewayId === gatewayId ? 'ok' : 'stale'
      Object.assign(at, { ticket, generation, gatewayId, state: STEPS.connect[at.state] })
      tell(sessionId, { kind: 'taken-over', generation }, (holder) => holder.ticket.generation < generation)
      return 'ok'
    },
    active: async (ticket) => move(ticket, 'activate'),
    detached: async (ticket) => move(ticket, 'detach'),
    resized: async ({ sessionId, generation }) => {
      const at = row(sessionId)
      return at.state !== 'CLOSED' && at.generation === generation ? 'ok' : 'stale'
    },
    recorded: async ({ sessionId }, report) => {
      row(sessionId).recording = report
    },
    closed: async ({ sessionId, generation, gatewayId }, reason, exitCode) => {
      const at = row(sessionId)
      if (at.state === 'CLOSED') return 'closed'
      const isHeldBy = at.generation === generation || at.gatewayId === gatewayId
      if (!isHeldBy && reason !== 'REVOKED') return 'stale'
      close(sessionId, reason, exitCode)
      return 'ok'
    },
    hold: (ticket, end) => {
      const holder = { ticket, end }
      const holding = holders.get(ticket.sessionId) ?? new Set()
      holders.set(ticket.sessionId, holding.add(holder))
      return { touch: () => undefined, release: () => void holding.delete(holder) }
    },
    stop: async () => undefined,
  }
}
