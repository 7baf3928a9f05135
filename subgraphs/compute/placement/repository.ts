import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { servingFabrics } from '../catalogue/model.ts'
import type { Candidate, Contention, Demand, LockedSlot } from './model.ts'

interface CandidateRow {
  nodeId: string
  regionId: string
  regionCode: string
  regionName: string
}

const toCandidate = (row: CandidateRow): Candidate => ({
  nodeId: uuidColumn(row.nodeId),
  region: { id: uuidColumn(row.regionId), code: row.regionCode, name: row.regionName },
})

const CANDIDATE = Prisma.sql`
  SELECT n.id AS "nodeId", r.id AS "regionId", r.code AS "regionCode", r.name AS "regionName"
  FROM compute.nodes n JOIN compute.regions r ON r.id = n.region_id`

const LOCK = { SKIP: Prisma.sql`SKIP LOCKED`, WAIT: Prisma.empty } as const satisfies Record<Contention, Prisma.Sql>

const suits = ({ sku, regionId }: Demand): Prisma.Sql => Prisma.sql`
  n.state = 'READY' AND n.gpu_model = ${sku.gpuModel} AND n.fabric = ANY (${servingFabrics(sku.fabric)}::text[])
  ${regionId === undefined ? Prisma.empty : Prisma.sql`AND n.region_id = ${regionId}::uuid`}`

/** Who needs no fabric takes it from nobody who does, as long as there is a choice. */
const plainestFabric = ({ sku }: Demand): Prisma.Sql =>
  Prisma.sql`array_position(${servingFabrics(sku.fabric)}::text[], n.fabric)`

/**
 * Machines and their slots as placement sees them: the platform's rows, and the tenant's own claims on them. Others'
 * claims are invisible here (row-level security); `slots.state` says that they exist, and the unique index on held
 * slots has the last word.
 */
export class PlacementRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Locks a machine whose slots were all free a moment ago, against slices and whole claims alike. */
  async lockWholeNode(demand: Demand, contention: Contention): Promise<Candidate | undefined> {
    const rows = await this.#db.$queryRaw<CandidateRow[]>`${CANDIDATE}
      WHERE ${suits(demand)} AND ${demand.sku.gpuCount}::int = (
        SELECT sum(s.gpu_count) FROM compute.slots s WHERE s.node_id = n.id
        HAVING bool_and(s.state = 'FREE' AND NOT s.id = ANY (${demand.avoidedSlots}::uuid[])))
      ORDER BY ${plainestFabric(demand)}, n.name
      LIMIT 1
      FOR NO KEY UPDATE OF n ${LOCK[contention]}`
    return rows.map(toCandidate)[0]
  }

  /** Of a machine that is locked: nobody else changes them now. */
  async lockSlots(nodeId: Uuid): Promise<LockedSlot[]> {
    const rows = await this.#db.$queryRaw<{ id: string; isFree: boolean }[]>`
      SELECT s.id, s.state = 'FREE' AS "isFree" FROM compute.slots s
      WHERE s.node_id = ${nodeId}::uuid ORDER BY s.position FOR UPDATE`
    return rows.map(({ id, isFree }) => ({ id: uuidColumn(id), isFree }))
  }

  /**
   * Locks a machine against whole claims only: other slices may be claimed beside ours. Best fit: machines that are
   * carved already come first, the fullest of them before all, so that whole ones stay whole.
   */
  async shareNode(demand: Demand, contention: Contention, except: readonly Uuid[]): Promise<Candidate | undefined> {
    const rows = await this.#db.$queryRaw<CandidateRow[]>`${CANDIDATE}
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE s.state = 'CLAIMED') > 0 AS carved,
               count(*) FILTER (WHERE s.state = 'FREE') AS free,
               count(*) FILTER (WHERE s.state = 'FREE' AND s.gpu_count = ${demand.sku.gpuCount}::int
                 AND NOT s.id = ANY (${demand.avoidedSlots}::uuid[])) AS fitting
        FROM compute.slots s WHERE s.node_id = n.id) slots
      WHERE ${suits(demand)} AND slots.fitting > 0 AND NOT n.id = ANY (${except}::uuid[])
      ORDER BY slots.carved DESC, ${plainestFabric(demand)}, slots.free, n.name
      LIMIT 1
      FOR SHARE OF n ${LOCK[contention]}`
    return rows.map(toCandidate)[0]
  }

  async lockFreeSlot(nodeId: Uuid, { sku, avoidedSlots }: Demand, contention: Contention): Promise<Uuid | undefined> {
    const rows = await this.#db.$queryRaw<{ id: string }[]>`
      SELECT s.id FROM compute.slots s
      WHERE s.node_id = ${nodeId}::uuid AND s.state = 'FREE' AND s.gpu_count = ${sku.gpuCount}::int
        AND NOT s.id = ANY (${avoidedSlots}::uuid[])
      ORDER BY s.position LIMIT 1
      FOR UPDATE ${LOCK[contention]}`
    return rows.map(({ id }) => uuidColumn(id))[0]
  }

  /** False when one of the slots is held already, whoever holds it: then nothing may be kept of this transaction. */
  async claim(allocation: Uuid, slots: ReadonlyMap<Uuid, Uuid>, at: Date): Promise<boolean> {
    const held = [...slots].map(([slotId, id]) => ({ id, slotId, allocationId: allocation, claimedAt: at }))
    const { count } = await this.#db.claim.createMany({
      data: held.map((claim) => ({ ...this.#scope.columns, ...claim })),
      skipDuplicates: true,
    })
    await this.markClaimed([...slots.keys()])
    return count === slots.size
  }

  /** Tells every other tenant, to whom the claims themselves are invisible. */
  async markClaimed(slots: readonly Uuid[]): Promise<void> {
    await this.#db.slot.updateMany({ where: { id: { in: [...slots] } }, data: { state: 'CLAIMED' } })
  }

  async takeNode(nodeId: Uuid): Promise<void> {
    await this.#db.node.updateMany({ where: { id: nodeId, state: 'READY' }, data: { state: 'CLAIMED' } })
  }

  async cleanNode(nodeId: Uuid): Promise<void> {
    await this.#db.node.updateMany({ where: { id: nodeId, state: 'CLAIMED' }, data: { state: 'CLEANING' } })
  }

  /** A machine that an operator took out of service in between stays out. */
  async returnNode(nodeId: Uuid): Promise<void> {
    const taken = { id: nodeId, state: { in: ['CLAIMED', 'CLEANING'] } }
    await this.#db.node.updateMany({ where: taken, data: { state: 'READY' } })
  }

  /** No new claims until an operator has looked at it; the slices that run there go on. */
  async quarantineNode(nodeId: Uuid): Promise<void> {
    const inService = { id: nodeId, state: { in: ['READY', 'CLAIMED', 'CLEANING'] } }
    await this.#db.node.updateMany({ where: inService, data: { state: 'QUARANTINED' } })
  }

  /** Ends the claims of an allocation; its slots are anybody's from the commit on. */
  async release(allocation: Uuid, at: Date): Promise<void> {
    const held = { ...this.#scope.columns, allocationId: allocation, releasedAt: null }
    const claims = await this.#db.claim.findMany({ where: held, select: { slotId: true } })
    await this.#db.claim.updateMany({ where: held, data: { releasedAt: at } })
    await this.#db.slot.updateMany({
      where: { id: { in: claims.map(({ slotId }) => slotId) } },
      data: { state: 'FREE' },
    })
  }
}
