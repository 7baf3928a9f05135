import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { CLOSE_REASONS, type TerminalCloseReason } from '../../../terminal/sessions.ts'
import { TERMINAL_STATES } from './model.ts'
import type { TerminalRecording, TerminalSession, TerminalState } from './model.ts'

/** A session as statements read it. */
export interface TerminalSessionRow {
  readonly orgId: string
  readonly projectId: string
  readonly id: string
  readonly allocationId: string
  readonly nodeId: string
  readonly openedBy: string
  readonly state: string
  readonly version: number
  readonly generation: number
  readonly gatewayId: string | null
  readonly columnCount: number
  readonly rowCount: number
  readonly isRecorded: boolean
  readonly idleMs: number
  readonly createdAt: Date
  readonly endsAt: Date
  readonly lastActiveAt: Date
  readonly connectedAt: Date | null
  readonly detachedAt: Date | null
  readonly endedAt: Date | null
  readonly closeReason: string | null
  readonly exitCode: number | null
  readonly recordingReference: string | null
  readonly recordingBytes: bigint | null
  readonly recordingHead: string | null
}

export const readState = (text: string): TerminalState => {
  const state = TERMINAL_STATES.find((known) => known === text)
  if (state === undefined) throw new Error(`The database holds an unknown state of a terminal session: ${text}`)
  return state
}

/** A reason that another release wrote and this one does not know reads as the most general one. */
export const readReason = (text: string | null): TerminalCloseReason | undefined =>
  text === null ? undefined : (CLOSE_REASONS.find((known) => known === text) ?? 'CLOSED_BY_USER')

const recordingOf = (row: TerminalSessionRow): TerminalRecording | undefined =>
  row.recordingReference === null || row.recordingBytes === null || row.recordingHead === null
    ? undefined
    : { reference: row.recordingReference, bytes: row.recordingBytes, head: row.recordingHead }

export const toSession = (row: TerminalSessionRow): TerminalSession => ({
  id: ownedId('trm', uuidColumn(row.projectId), uuidColumn(row.id)),
  organizationId: uuidColumn(row.orgId),
  allocationId: ownedId('alc', uuidColumn(row.projectId), uuidColumn(row.allocationId)),
  nodeId: uuidColumn(row.nodeId),
  openedBy: row.openedBy,
  state: readState(row.state),
  version: row.version,
  generation: row.generation,
  gatewayId: row.gatewayId ?? undefined,
  columns: row.columnCount,
  rows: row.rowCount,
  isRecorded: row.isRecorded,
  idleMs: row.idleMs,
  createdAt: row.createdAt,
  endsAt: row.endsAt,
  lastActiveAt: row.lastActiveAt,
  connectedAt: row.connectedAt ?? undefined,
  detachedAt: row.detachedAt ?? undefined,
  endedAt: row.endedAt ?? undefined,
  closeReason: readReason(row.closeReason),
  exitCode: row.exitCode ?? undefined,
  recording: recordingOf(row),
})
