import type { Principal } from '../platform/access/principal.ts'
import type { ProjectScope } from '../platform/access/scope.ts'
import type { Uuid } from '../platform/ids/id.ts'

export { isTerminalSize, type TerminalSize } from './protocol/size.ts'

/** Why a session is over. `CLOSED_BY_USER`: somebody who may ended it with `closeTerminal`. */
export const CLOSE_REASONS = [
  'EXIT',
  'IDLE',
  'MAX_DURATION',
  'REVOKED',
  'RELEASED',
  'NODE_LOST',
  'TAKEN_OVER',
  'CLOSED_BY_USER',
] as const
export type TerminalCloseReason = (typeof CLOSE_REASONS)[number]

/** What a redeemed token proves: one attachment of one session, to be made at one gateway. Holds no secret. */
export interface TerminalTicket {
  readonly sessionId: Uuid
  readonly scope: ProjectScope
  readonly allocationId: Uuid
  readonly nodeId: Uuid
  /** The gateway that the token was minted for. */
  readonly gatewayId: string
  /** Who opened the session, and alone may attach to it. Decided again for as long as the session is held. */
  readonly principal: Principal
  /** Which attachment of the session this is: 1, 2, 3 … A later one takes over from an earlier one. */
  readonly generation: number
  readonly columns: number
  readonly rows: number
  readonly isRecorded: boolean
  /** When the session has lasted as long as one may. */
  readonly endsAt: Date
  /** How long nothing may happen in it, in milliseconds. */
  readonly idleMs: number
}

/**
 * Why a token opens nothing. Replayed: spent before. Expired: it was one, and nobody came in time. Invalid: it never was
 * one, is forgotten, or was minted for another gateway or caller. Closed: its session is over. Revoked: its caller may
 * no longer open a terminal there.
 */
export type RedemptionRefusal =
  | 'TERMINAL_TOKEN_INVALID'
  | 'TERMINAL_TOKEN_REPLAYED'
  | 'TERMINAL_TOKEN_EXPIRED'
  | 'TERMINAL_SESSION_CLOSED'
  | 'TERMINAL_REVOKED'

export type Redemption =
  { readonly ok: true; readonly ticket: TerminalTicket } | { readonly ok: false; readonly code: RedemptionRefusal }

export interface RedemptionRequest {
  readonly token: string
  /** The gateway that was connected to. */
  readonly gatewayId: string
  /** `principalKey` of the caller, where the connection also proved one: another caller's token is spent and refused. */
  readonly callerKey?: string
}

/**
 * What came of a report. `stale`: a later attachment took over, or the session's state does not allow it any more;
 * nothing was changed, and this attachment ends. `closed`: the session is over.
 */
export type Standing = 'ok' | 'stale' | 'closed'

/** Why what a gateway holds must end now: end the client's socket, and for `closed` the pty too. */
export type Ending =
  | { readonly kind: 'closed'; readonly reason: TerminalCloseReason; readonly exitCode: number | undefined }
  | { readonly kind: 'taken-over'; readonly generation: number }

/** A session held by a gateway, attached or detached. */
export interface Holding {
  /** Something happened in the terminal. Cheap: call it for every input, and for output while a client is attached. */
  readonly touch: () => void
  /** The gateway holds it no longer: ended, or handed over. */
  readonly release: () => void
}

/** A gateway as those who mint tokens see it. */
export interface TerminalGateway {
  /** New for each process: what was held under it is known to be lost when it stops telling of itself. */
  readonly id: string
  /** The address that clients open: `wss://…/terminal`. */
  readonly url: string
  /** How many sessions it holds at most. */
  readonly capacity: number
  /** How many it holds now, tokens under way not counted. */
  readonly held: () => number
}

export interface Membership {
  /** From now on nobody is sent to this gateway; what it holds stays. */
  readonly drain: () => Promise<void>
  /** Gone: what it still held is DETACHED, to be reattached at another gateway. */
  readonly leave: () => Promise<void>
}

/** What the recorder wrote of a session's output: an asciicast v2 file whose lines are chained by hash. */
export interface RecordingReport {
  /** Where the file is, as whoever keeps recordings names it. */
  readonly reference: string
  readonly bytes: number
  /** The head of the hash chain: SHA-256 in lower-case hexadecimal. */
  readonly head: string
}

/**
 * The control of terminal sessions, as the byte gateways use it. PostgreSQL holds the truth: each report is one guarded
 * statement, committed with its audit row and its event. Rejects with a catalogued error when the stores do not answer:
 * `CACHE_UNAVAILABLE`, `DATABASE_UNAVAILABLE`.
 *
 * The way of one attachment: `redeem`, `hold`, `connecting`, (the pty is there) `active`, (the client is gone)
 * `detached`, and once for the session `closed`.
 */
export interface TerminalSessions {
  /** Tells where this gateway is, again and again until it leaves; tokens are minted for gateways that tell. */
  readonly join: (gateway: TerminalGateway) => Promise<Membership>
  /** Spends a token: of many at once exactly one wins, the others are TERMINAL_TOKEN_REPLAYED (R42). */
  readonly redeem: (request: RedemptionRequest) => Promise<Redemption>
  /** The attachment begins here: later ones of the session take over from earlier ones. Asks the node for nothing. */
  readonly connecting: (ticket: TerminalTicket) => Promise<Standing>
  /** The pty is there and the client hears it. */
  readonly active: (ticket: TerminalTicket) => Promise<Standing>
  /** The client is gone; the pty runs on. */
  readonly detached: (ticket: TerminalTicket) => Promise<Standing>
  /** The client's window has another size. */
  readonly resized: (ticket: TerminalTicket, size: Pick<TerminalTicket, 'columns' | 'rows'>) => Promise<Standing>
  /** The recording as it stands; the last report of a session tells the whole file. May come after `closed`. */
  readonly recorded: (ticket: TerminalTicket, report: RecordingReport) => Promise<void>
  /** The session is over. Whoever says it first gives the reason; of a `stale` attachment nothing is changed. */
  readonly closed: (ticket: TerminalTicket, reason: TerminalCloseReason, exitCode?: number) => Promise<Standing>
  /**
   * Watches over a session that the gateway holds. `end` is called once, at once with the bus and within a second
   * without it, when the session was closed or taken over elsewhere, when its opener may no longer hold a terminal
   * there (REVOKED, within the five seconds of grants without the bus), and when it has been idle (`touch`) or has
   * lasted as long as it may: those it closes by itself. Not called after `release`.
   */
  readonly hold: (ticket: TerminalTicket, end: (ending: Ending) => void) => Holding
  readonly stop: () => Promise<void>
}
