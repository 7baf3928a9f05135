import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countPages } from '../../../platform/database/totals.ts'
import type { ProjectId, Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Allocation, AllocationId, AllocationPage, Requested } from './model.ts'
import { toAllocation, toColumns, type AllocationRow } from './rows.ts'

const COLUMNS = Prisma.sql`
  a.project_id AS "projectId", a.id, a.name, a.state, a.failure_reason AS "failureReason",
  a.requested_at AS "requestedAt", a.placed_at AS "placedAt", a.active_at AS "activeAt",
  a.releasing_at AS "releasingAt", a.released_at AS "releasedAt",
  s.id AS "skuId", s.code AS "skuCode", s.name AS "skuName", s.shape, s.gpu_model AS "gpuModel",
  s.gpu_count AS "gpuCount", s.fabric,
  n.id AS "nodeId", r.id AS "regionId", r.code AS "regionCode", r.name AS "regionName"`

const OF_THE_PLATFORM = Prisma.sql`
  JOIN compute.skus s ON s.id = a.sku_id
  LEFT JOIN compute.nodes n ON n.id = a.node_id
  LEFT JOIN compute.regions r ON r.id = n.region_id`

const BY_AGE = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` },
}

const OF_PROJECT = { table: Prisma.sql`compute.allocations`, parent: Prisma.sql`project_id` }

/** Of a list whose rows are `found`: those in these states alone, where any are given. */
export const inStates = (states: readonly string[] | undefined): Prisma.Sql =>
  states === undefined ? Prisma.empty : Prisma.sql`AND found.state = ANY (${states}::text[])`

/** The allocations of one project, to change them. */
export class AllocationRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Holds it until the transaction ends: whoever else wants to change it waits, and then sees the change. */
  async lock(local: Uuid): Promise<Allocation | undefined> {
    const { orgId, projectId } = this.#scope.columns
    const rows = await this.#db.$queryRaw<AllocationRow[]>`
      SELECT ${COLUMNS} FROM compute.allocations a ${OF_THE_PLATFORM}
      WHERE a.org_id = ${orgId}::uuid AND a.project_id = ${projectId}::uuid AND a.id = ${local}::uuid
      FOR UPDATE OF a`
    return rows.map(toAllocation)[0]
  }

  /** False when the project has a living allocation of this name. */
  async insert(requested: Requested): Promise<boolean> {
    const { count } = await this.#db.allocation.createMany({
      data: [{ ...this.#scope.columns, ...toColumns(requested), id: requested.id.local, skuId: requested.sku.id }],
      skipDuplicates: true,
    })
    return count === 1
  }

  /** Writes the state that a locked or new allocation came to. */
  async save(allocation: Allocation): Promise<void> {
    await this.#db.allocation.updateMany({
      where: { ...this.#scope.columns, id: allocation.id.local },
      data: toColumns(allocation),
    })
  }
}

/** The allocations of several projects at once, to read them. */
export class ProjectSetAllocationRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, in no order; of projects outside of the scope, none. */
  async findAll(ids: readonly AllocationId[]): Promise<Allocation[]> {
    const rows = await this.#db.$queryRaw<AllocationRow[]>`
      SELECT ${COLUMNS} FROM ${this.#projects()}
      JOIN compute.allocations a ON a.org_id = p.org_id AND a.project_id = p.id ${OF_THE_PLATFORM}
      WHERE a.id = ANY (${ids.map(({ local }) => local)}::uuid[])`
    return rows.map(toAllocation)
  }

  /** The same page of every project, each in the direction of the page; newest first is forward. */
  async pages({ direction, fetch, after, states }: AllocationPage): Promise<Allocation[]> {
    const { beyond, order } = BY_AGE[direction]
    const continues = after === undefined ? Prisma.empty : Prisma.sql`AND found.id ${beyond} ${after}::uuid`
    const rows = await this.#db.$queryRaw<AllocationRow[]>`
      SELECT ${COLUMNS} FROM ${this.#projects()}
      CROSS JOIN LATERAL (
        SELECT * FROM compute.allocations found
        WHERE found.org_id = p.org_id AND found.project_id = p.id ${continues} ${inStates(states)}
        ORDER BY found.id ${order} LIMIT ${fetch}::int) a
      ${OF_THE_PLATFORM}
      ORDER BY a.id ${order}`
    return rows.map(toAllocation)
  }

  /** How many every project has in these states, by the text of its id. */
  totals(projects: readonly ProjectId[], { states }: AllocationPage): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, { ...OF_PROJECT, through: inStates(states) }, projects)
  }

  #projects(): Prisma.Sql {
    const { projects } = this.#scope
    const organizations = projects.map(({ organizationId }) => organizationId)
    const locals = projects.map(({ projectId }) => projectId)
    return Prisma.sql`unnest(${organizations}::uuid[], ${locals}::uuid[]) AS p (org_id, id)`
  }
}
