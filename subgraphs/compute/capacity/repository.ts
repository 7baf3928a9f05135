import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countRows } from '../../../platform/database/totals.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { FABRICS, readFabric, readShape, servingFabrics } from '../catalogue/model.ts'
import type { Capacity, CapacityFilter, CapacityPage } from './model.ts'

interface CapacityRow {
  skuId: string
  skuCode: string
  skuName: string
  shape: string
  gpuModel: string
  gpuCount: number
  fabric: string
  regionId: string
  regionCode: string
  regionName: string
  available: number
}

const toCapacity = (row: CapacityRow): Capacity => ({
  sku: {
    id: uuidColumn(row.skuId),
    code: row.skuCode,
    name: row.skuName,
    shape: readShape(row.shape),
    gpuModel: row.gpuModel,
    gpuCount: row.gpuCount,
    fabric: readFabric(row.fabric),
  },
  region: { id: uuidColumn(row.regionId), code: row.regionCode, name: row.regionName },
  available: row.available,
})

const FABRIC_PAIRS = FABRICS.flatMap((wanted) => servingFabrics(wanted).map((serving) => ({ wanted, serving })))

/** What could be claimed on machines that are in service, by shape, place and kind: whole machines and single slots. */
const OFFERS = Prisma.sql`
  SELECT 'BARE_METAL' AS shape, n.region_id, n.gpu_model, n.fabric, m.gpu_count, count(*) AS available
  FROM compute.nodes n
  JOIN (SELECT node_id, sum(gpu_count) AS gpu_count FROM compute.slots
        GROUP BY node_id HAVING bool_and(state = 'FREE')) m ON m.node_id = n.id
  WHERE n.state = 'READY'
  GROUP BY n.region_id, n.gpu_model, n.fabric, m.gpu_count
  UNION ALL
  SELECT 'VM_SLICE', n.region_id, n.gpu_model, n.fabric, s.gpu_count, count(*)
  FROM compute.nodes n JOIN compute.slots s ON s.node_id = n.id AND s.state = 'FREE'
  WHERE n.state = 'READY'
  GROUP BY n.region_id, n.gpu_model, n.fabric, s.gpu_count`

const BY_AGE = {
  forward: { operator: Prisma.sql`>`, order: Prisma.sql`ASC` },
  backward: { operator: Prisma.sql`<`, order: Prisma.sql`DESC` },
}

const chosen = ({ skuCode, regionCode }: CapacityFilter): Prisma.Sql => {
  const ofSku = skuCode === undefined ? Prisma.empty : Prisma.sql`AND s.code = ${skuCode}`
  const inRegion = regionCode === undefined ? Prisma.empty : Prisma.sql`AND r.code = ${regionCode}`
  return Prisma.sql`${ofSku} ${inRegion}`
}

/** Counts the platform's free machines and slots; tenants' rows have no part in it. */
export class CapacityRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** By age of the SKU, then of the region, in the direction of the page. */
  async page(filter: CapacityFilter, { direction, fetch, beyond }: CapacityPage): Promise<Capacity[]> {
    const { operator, order } = BY_AGE[direction]
    const continues =
      beyond === undefined
        ? Prisma.empty
        : Prisma.sql`AND (s.id, r.id) ${operator} (${beyond.skuId}::uuid, ${beyond.regionId}::uuid)`
    const rows = await this.#db.$queryRaw<CapacityRow[]>`
      SELECT s.id AS "skuId", s.code AS "skuCode", s.name AS "skuName", s.shape, s.gpu_model AS "gpuModel",
             s.gpu_count AS "gpuCount", s.fabric,
             r.id AS "regionId", r.code AS "regionCode", r.name AS "regionName",
             coalesce(sum(o.available), 0)::int AS available
      FROM compute.skus s CROSS JOIN compute.regions r
      LEFT JOIN (${OFFERS}) o ON o.shape = s.shape AND o.region_id = r.id AND o.gpu_model = s.gpu_model
        AND o.gpu_count = s.gpu_count AND (s.fabric, o.fabric) IN (SELECT * FROM unnest(
          ${FABRIC_PAIRS.map(({ wanted }) => wanted)}::text[], ${FABRIC_PAIRS.map(({ serving }) => serving)}::text[]))
      WHERE true ${chosen(filter)} ${continues}
      GROUP BY s.id, r.id
      ORDER BY s.id ${order}, r.id ${order}
      LIMIT ${fetch}::int`
    return rows.map(toCapacity)
  }

  /** How many pairs of a SKU and a region there are, no further than `COUNT_LIMIT`. */
  total(filter: CapacityFilter): Promise<number> {
    return countRows(
      this.#db,
      Prisma.sql`FROM compute.skus s CROSS JOIN compute.regions r WHERE true ${chosen(filter)}`,
    )
  }
}
