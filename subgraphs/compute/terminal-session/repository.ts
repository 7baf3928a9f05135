import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { TerminalCloseReason, TerminalSize } from '../../../terminal/sessions.ts'
import { statesBefore, transition, type TerminalSession } from './model.ts'
import type { TerminalRecording, TerminalStep } from './model.ts'
import { SESSION_COLUMNS } from './session-set-repository.ts'
import { toSession, type TerminalSessionRow } from './rows.ts'

/** A step as it is written, with what it needs to know. */
export type Stepping =
  | { readonly step: 'issue' }
  | { readonly step: 'connect'; readonly generation: number; readonly gatewayId: string }
  | { readonly step: 'activate'; readonly generation: number }
  | { readonly step: 'detach'; readonly generation: number }
  /** Its gateway is gone, and nobody holds it. */
  | { readonly step: 'detach'; readonly lostGatewayId: string }
  | {
      readonly step: 'close'
      readonly reason: TerminalCloseReason
      readonly exitCode?: number | undefined
      /** Only while this attachment, or at least its gateway, holds it. */
      readonly heldBy?: { readonly generation: number; readonly gatewayId: string }
    }

type Written = Pick<
  TerminalSession,
  'id' | 'allocationId' | 'nodeId' | 'openedBy' | 'columns' | 'rows' | 'isRecorded' | 'idleMs' | 'createdAt' | 'endsAt'
>

/** How many sessions are open that count against a new one. */
export interface OpenCounts {
  readonly onAllocation: number
  readonly ofOpener: number
}

/** The terminal sessions of one project, to change them. */
export class TerminalSessionRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Begins as REQUESTED, version 1. */
  async insert({ id, allocationId, columns, rows, ...session }: Written): Promise<void> {
    const { openedBy, nodeId, isRecorded, idleMs, createdAt, endsAt } = session
    await this.#db.terminalSession.createMany({
      data: [
        {
          ...this.#scope.columns,
          ...{ openedBy, nodeId, isRecorded, idleMs, createdAt, endsAt },
          ...{ id: id.local, allocationId: allocationId.local, columnCount: columns, rowCount: rows },
          ...{ state: 'REQUESTED', version: 1, minted: 0, generation: 0, lastActiveAt: createdAt },
        },
      ],
    })
    await this.#db.terminalTransition.createMany({
      data: [
        {
          ...this.#scope.columns,
          ...{ sessionId: id.local, version: 1, state: 'REQUESTED', generation: 0, occurredAt: createdAt },
        },
      ],
    })
  }

  async find(local: Uuid): Promise<TerminalSession | undefined> {
    const rows = await this.#db.$queryRaw<TerminalSessionRow[]>`
      SELECT ${SESSION_COLUMNS} FROM compute.terminal_sessions t WHERE ${this.#is(local)}`
    return rows.map(toSession)[0]
  }

  /** Holds it until the transaction ends. */
  async lock(local: Uuid): Promise<TerminalSession | undefined> {
    const rows = await this.#db.$queryRaw<TerminalSessionRow[]>`
      SELECT ${SESSION_COLUMNS} FROM compute.terminal_sessions t WHERE ${this.#is(local)} FOR UPDATE`
    return rows.map(toSession)[0]
  }

  /** Whoever opens for the same opener waits until this transaction ends: none is counted before the other is there. */
  async lockOpener(openedBy: string): Promise<void> {
    const key = `compute.terminal ${this.#scope.projectId} ${openedBy}`
    await this.#db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`
  }

  async countOpen(allocation: Uuid, openedBy: string): Promise<OpenCounts> {
    const { orgId, projectId } = this.#scope.columns
    const [counts] = await this.#db.$queryRaw<OpenCounts[]>`
      SELECT (count(*) FILTER (WHERE t.allocation_id = ${allocation}::uuid))::int AS "onAllocation",
             (count(*) FILTER (WHERE t.opened_by = ${openedBy}))::int AS "ofOpener"
      FROM compute.terminal_sessions t
      WHERE t.org_id = ${orgId}::uuid AND t.project_id = ${projectId}::uuid AND t.state <> 'CLOSED'`
    return counts ?? { onAllocation: 0, ofOpener: 0 }
  }

  /**
   * Takes a step where the session's state and attachment allow it, and notes it for subscribers, in one statement:
   * of two at once one finds the other's done. Undefined: it was not taken, and nothing changed.
   */
  async take(local: Uuid, stepping: Stepping, at: Date): Promise<TerminalSession | undefined> {
    const [taken] = await this.#change(stepping, at, this.#is(local))
    return taken
  }

  /** Ends everything that is open in an allocation. */
  closeAll(allocation: Uuid, reason: TerminalCloseReason, at: Date): Promise<readonly TerminalSession[]> {
    const { orgId, projectId } = this.#scope.columns
    return this.#change(
      { step: 'close', reason },
      at,
      Prisma.sql`t.org_id = ${orgId}::uuid AND t.project_id = ${projectId}::uuid AND t.allocation_id = ${allocation}::uuid`,
    )
  }

  /** The number of the attachment that the next token is for; undefined when the session is over. */
  async mint(local: Uuid): Promise<number | undefined> {
    const rows = await this.#db.$queryRaw<{ minted: number }[]>`
      UPDATE compute.terminal_sessions t SET minted = t.minted + 1
      WHERE ${this.#is(local)} AND t.state <> 'CLOSED' RETURNING t.minted`
    return rows[0]?.minted
  }

  /** Something happened in it. Never goes back. */
  async touch(local: Uuid, at: Date): Promise<void> {
    await this.#db.$executeRaw`
      UPDATE compute.terminal_sessions t SET last_active_at = greatest(t.last_active_at, ${at}::timestamptz)
      WHERE ${this.#is(local)} AND t.state <> 'CLOSED'`
  }

  /** False when another attachment holds it, or it is over. */
  async resize(local: Uuid, generation: number, { columns, rows }: TerminalSize): Promise<boolean> {
    const changed = await this.#db.$executeRaw`
      UPDATE compute.terminal_sessions t SET column_count = ${columns}::int, row_count = ${rows}::int
      WHERE ${this.#is(local)} AND t.state <> 'CLOSED' AND t.generation = ${generation}::int`
    return changed === 1
  }

  /** A recording only grows: an older report changes nothing. */
  async record(local: Uuid, { reference, bytes, head }: TerminalRecording): Promise<boolean> {
    const changed = await this.#db.$executeRaw`
      UPDATE compute.terminal_sessions t
      SET recording_reference = ${reference}, recording_bytes = ${bytes}::bigint, recording_head = ${head}
      WHERE ${this.#is(local)} AND t.is_recorded AND coalesce(t.recording_bytes, 0) <= ${bytes}::bigint`
    return changed === 1
  }

  async #change(stepping: Stepping, at: Date, which: Prisma.Sql): Promise<readonly TerminalSession[]> {
    const rows = await this.#db.$queryRaw<TerminalSessionRow[]>`
      WITH changed AS (
        UPDATE compute.terminal_sessions t
        SET state = ${nextStates(stepping.step)}::jsonb ->> t.state, version = t.version + 1, ${sets(stepping, at)}
        WHERE ${which} AND t.state = ANY (${statesBefore(stepping.step)}::text[]) AND ${guards(stepping)}
        RETURNING t.*
      ), noted AS (
        INSERT INTO compute.terminal_transitions
          (org_id, project_id, session_id, version, state, generation, close_reason, exit_code, occurred_at)
        SELECT org_id, project_id, id, version, state, generation, close_reason, exit_code, ${at}::timestamptz FROM changed
      )
      SELECT ${SESSION_COLUMNS} FROM changed t ORDER BY t.id`
    return rows.map(toSession)
  }

  #is(local: Uuid): Prisma.Sql {
    const { orgId, projectId } = this.#scope.columns
    return Prisma.sql`t.org_id = ${orgId}::uuid AND t.project_id = ${projectId}::uuid AND t.id = ${local}::uuid`
  }
}

const nextStates = (step: TerminalStep): string =>
  JSON.stringify(Object.fromEntries(statesBefore(step).map((state) => [state, transition(state, step)])))

const sets = (stepping: Stepping, at: Date): Prisma.Sql => {
  switch (stepping.step) {
    case 'issue':
      return Prisma.sql`last_active_at = ${at}::timestamptz`
    case 'connect':
      return Prisma.sql`generation = ${stepping.generation}::int, gateway_id = ${stepping.gatewayId}, last_active_at = ${at}::timestamptz`
    case 'activate':
      return Prisma.sql`connected_at = coalesce(t.connected_at, ${at}::timestamptz), detached_at = NULL, last_active_at = ${at}::timestamptz`
    case 'detach':
      return 'lostGatewayId' in stepping
        ? Prisma.sql`detached_at = ${at}::timestamptz, gateway_id = NULL`
        : Prisma.sql`detached_at = ${at}::timestamptz, last_active_at = ${at}::timestamptz`
    case 'close':
      return Prisma.sql`ended_at = ${at}::timestamptz, close_reason = ${stepping.reason}, exit_code = ${stepping.exitCode ?? null}::int, gateway_id = NULL`
  }
}

/** Which attachment may take the step: a new one is later than all before it, any other the one that holds the session. */
const guards = (stepping: Stepping): Prisma.Sql => {
  if (stepping.step === 'connect') return Prisma.sql`t.generation < ${stepping.generation}::int`
  if ('lostGatewayId' in stepping) return Prisma.sql`t.gateway_id = ${stepping.lostGatewayId}`
  if ('generation' in stepping) return Prisma.sql`t.generation = ${stepping.generation}::int`
  const heldBy = 'heldBy' in stepping ? stepping.heldBy : undefined
  return heldBy === undefined
    ? Prisma.sql`true`
    : Prisma.sql`(t.generation = ${heldBy.generation}::int OR t.gateway_id = ${heldBy.gatewayId})`
}
