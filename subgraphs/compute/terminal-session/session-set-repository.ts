import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countPages } from '../../../platform/database/totals.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { AllocationId } from '../allocation/model.ts'
import { inStates } from '../allocation/repository.ts'
import type { TerminalSession, TerminalSessionId, TerminalPage, TerminalTransition } from './model.ts'
import { readReason, readState, toSession, type TerminalSessionRow } from './rows.ts'

/** What every statement reads of a session, of the table `t`: a `TerminalSessionRow`. */
export const SESSION_COLUMNS = Prisma.sql`
  t.org_id AS "orgId", t.project_id AS "projectId", t.id, t.allocation_id AS "allocationId", t.node_id AS "nodeId",
  t.opened_by AS "openedBy", t.state, t.version, t.generation, t.gateway_id AS "gatewayId",
  t.column_count AS "columnCount", t.row_count AS "rowCount", t.is_recorded AS "isRecorded", t.idle_ms AS "idleMs",
  t.created_at AS "createdAt", t.ends_at AS "endsAt", t.last_active_at AS "lastActiveAt",
  t.connected_at AS "connectedAt", t.detached_at AS "detachedAt", t.ended_at AS "endedAt",
  t.close_reason AS "closeReason", t.exit_code AS "exitCode", t.recording_reference AS "recordingReference",
  t.recording_bytes AS "recordingBytes", t.recording_head AS "recordingHead"`

interface TransitionRow {
  readonly version: number
  readonly state: string
  readonly generation: number
  readonly closeReason: string | null
  readonly exitCode: number | null
  readonly occurredAt: Date
}

const BY_AGE = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` },
}

const OF_ALLOCATION = { table: Prisma.sql`compute.terminal_sessions`, parent: Prisma.sql`allocation_id` }

/** The terminal sessions of several projects at once, to read them. */
export class ProjectSetTerminalSessionRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, in no order; of projects outside of the scope, none. */
  async findAll(locals: readonly Uuid[]): Promise<TerminalSession[]> {
    const rows = await this.#db.$queryRaw<TerminalSessionRow[]>`
      SELECT ${SESSION_COLUMNS} FROM ${this.#projects()}
      JOIN compute.terminal_sessions t ON t.org_id = p.org_id AND t.project_id = p.id
      WHERE t.id = ANY (${locals}::uuid[])`
    return rows.map(toSession)
  }

  /** The same page of each allocation, newest first where the page goes forward. */
  async pages(
    allocations: readonly AllocationId[],
    { direction, fetch, after, states }: TerminalPage,
  ): Promise<TerminalSession[]> {
    const { beyond, order } = BY_AGE[direction]
    const continues = after === undefined ? Prisma.empty : Prisma.sql`AND found.id ${beyond} ${after}::uuid`
    const rows = await this.#db.$queryRaw<TerminalSessionRow[]>`
      SELECT ${SESSION_COLUMNS} FROM ${this.#projects()}
      CROSS JOIN unnest(${allocations.map(({ local }) => local)}::uuid[]) AS a (id)
      CROSS JOIN LATERAL (
        SELECT * FROM compute.terminal_sessions found
        WHERE found.org_id = p.org_id AND found.project_id = p.id AND found.allocation_id = a.id ${continues} ${inStates(states)}
        ORDER BY found.id ${order} LIMIT ${fetch}::int) t
      ORDER BY t.id ${order}`
    return rows.map(toSession)
  }

  /** How many each allocation has in these states, by the text of its id. */
  totals(allocations: readonly AllocationId[], { states }: TerminalPage): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, { ...OF_ALLOCATION, through: inStates(states) }, allocations)
  }

  /** The changes of a session after a version, oldest first, some at a time. */
  async transitionsAfter(id: TerminalSessionId, version: number, limit: number): Promise<TerminalTransition[]> {
    const rows = await this.#db.$queryRaw<TransitionRow[]>`
      SELECT t.version, t.state, t.generation, t.close_reason AS "closeReason", t.exit_code AS "exitCode",
             t.occurred_at AS "occurredAt"
      FROM ${this.#projects()}
      JOIN compute.terminal_transitions t ON t.org_id = p.org_id AND t.project_id = p.id
      WHERE t.session_id = ${id.local}::uuid AND t.version > ${version}::int
      ORDER BY t.version LIMIT ${limit}::int`
    return rows.map(({ closeReason, exitCode, state, ...row }) => ({
      ...row,
      state: readState(state),
      closeReason: readReason(closeReason),
      exitCode: exitCode ?? undefined,
    }))
  }

  #projects(): Prisma.Sql {
    const { projects } = this.#scope
    const organizations = projects.map(({ organizationId }) => organizationId)
    const locals = projects.map(({ projectId }) => projectId)
    return Prisma.sql`unnest(${organizations}::uuid[], ${locals}::uuid[]) AS p (org_id, id)`
  }
}
