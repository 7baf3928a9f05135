import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { Id, Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { isTerminalSize, type TerminalCloseReason, type TerminalSize } from '../../../terminal/sessions.ts'
import type { AllocationId } from '../allocation/model.ts'

export type TerminalSessionId = Id<'trm'>

/** Where a session is in its life; what each means stands in schema.graphql. */
export const TERMINAL_STATES = ['REQUESTED', 'TOKEN_ISSUED', 'CONNECTING', 'ACTIVE', 'DETACHED', 'CLOSED'] as const
export type TerminalState = (typeof TERMINAL_STATES)[number]

/** A page of those in some states; undefined: in any. */
export interface TerminalPage extends IdPage {
  readonly states: readonly TerminalState[] | undefined
}

/** What happens to a session. */
export type TerminalStep = 'issue' | 'connect' | 'activate' | 'detach' | 'close'

/**
 * Where each step leads from where. A state that a step does not name does not allow it. An attachment begins (`connect`)
 * without a change of state where the terminal itself is there already: it takes over.
 */
const STEPS: Readonly<Record<TerminalStep, Partial<Readonly<Record<TerminalState, TerminalState>>>>> = {
  issue: { REQUESTED: 'TOKEN_ISSUED' },
  connect: { TOKEN_ISSUED: 'CONNECTING', CONNECTING: 'CONNECTING', ACTIVE: 'ACTIVE', DETACHED: 'DETACHED' },
  activate: { CONNECTING: 'ACTIVE', DETACHED: 'ACTIVE' },
  detach: { CONNECTING: 'DETACHED', ACTIVE: 'DETACHED' },
  close: {
    REQUESTED: 'CLOSED',
    TOKEN_ISSUED: 'CLOSED',
    CONNECTING: 'CLOSED',
    ACTIVE: 'CLOSED',
    DETACHED: 'CLOSED',
  },
}

/** The state after a step; undefined where the state does not allow it. */
export const transition = (state: TerminalState, step: TerminalStep): TerminalState | undefined => STEPS[step][state]

/** The states that allow a step. */
export const statesBefore = (step: TerminalStep): readonly TerminalState[] =>
  TERMINAL_STATES.filter((state) => STEPS[step][state] !== undefined)

/** Whether a step has nothing to do, because what it brings about is so. */
export const isDone = (state: TerminalState, step: TerminalStep): boolean =>
  Object.values(STEPS[step]).includes(state) && transition(state, step) === undefined

/** What the recorder told last. */
export interface TerminalRecording {
  readonly reference: string
  readonly bytes: bigint
  readonly head: string
}

/** A terminal in an allocation. */
export interface TerminalSession {
  readonly id: TerminalSessionId
  readonly organizationId: Uuid
  readonly allocationId: AllocationId
  readonly nodeId: Uuid
  /** `usr_…` or `sva_…`: who alone may attach to it. */
  readonly openedBy: string
  readonly state: TerminalState
  /** Counts the changes of state and attachment, from 1, without a gap. */
  readonly version: number
  /** The attachment that holds it, or held it last; 0 before the first. */
  readonly generation: number
  readonly gatewayId: string | undefined
  readonly columns: number
  readonly rows: number
  readonly isRecorded: boolean
  readonly idleMs: number
  readonly createdAt: Date
  readonly endsAt: Date
  readonly lastActiveAt: Date
  readonly connectedAt: Date | undefined
  readonly detachedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly closeReason: TerminalCloseReason | undefined
  readonly exitCode: number | undefined
  readonly recording: TerminalRecording | undefined
}

/** One change of a session, as it was noted when it happened. */
export type TerminalTransition = Pick<
  TerminalSession,
  'version' | 'state' | 'generation' | 'closeReason' | 'exitCode'
> & {
  readonly occurredAt: Date
}

export const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 }

export const parseSize = (columns: number, rows: number): Result<TerminalSize, 'SIZE_INVALID'> =>
  isTerminalSize({ columns, rows }) ? ok({ columns, rows }) : err('SIZE_INVALID')

/** The bounds of sessions. Times in milliseconds. */
export interface TerminalLimits {
  /** How long a token waits to be redeemed; 30 s at most (R41). */
  readonly tokenMs: number
  /** How long nothing may happen in a session. */
  readonly idleMs: number
  /** How long one may last. */
  readonly maxDurationMs: number
  /** How many may be open in one allocation. */
  readonly perAllocation: number
  /** How many one user or service account may have open in one project. */
  readonly perOpener: number
}

const MINUTE_MS = 60_000

export const DEFAULT_LIMITS: TerminalLimits = {
  tokenMs: 30_000,
  idleMs: 30 * MINUTE_MS,
  maxDurationMs: 12 * 60 * MINUTE_MS,
  perAllocation: 256,
  perOpener: 256,
}

/** How long a session may wait for its first client: as long as two tokens in a row, and a little for who is slow. */
const UNATTACHED_MS = 90_000

/** When a session is over by itself, as it stands now, and for what. */
export const deadlineOf = (session: TerminalSession): { readonly at: Date; readonly reason: TerminalCloseReason } => {
  const unattached = session.state === 'REQUESTED' || session.state === 'TOKEN_ISSUED'
  const patienceMs = unattached ? Math.min(UNATTACHED_MS, session.idleMs) : session.idleMs
  const idleAt = new Date(session.lastActiveAt.getTime() + patienceMs)
  return idleAt < session.endsAt ? { at: idleAt, reason: 'IDLE' } : { at: session.endsAt, reason: 'MAX_DURATION' }
}
