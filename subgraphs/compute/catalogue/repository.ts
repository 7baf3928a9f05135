import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import { COUNT_LIMIT } from '../../../platform/graphql/total-count.ts'
import { readFabric, readShape, type Region, type Sku } from './model.ts'

interface SkuRow {
  id: string
  code: string
  name: string
  shape: string
  gpuModel: string
  gpuCount: number
  fabric: string
}

const toSku = ({ id, shape, fabric, ...rest }: SkuRow): Sku => ({
  ...rest,
  id: uuidColumn(id),
  shape: readShape(shape),
  fabric: readFabric(fabric),
})

const toRegion = ({ id, ...rest }: { id: string; code: string; name: string }): Region => ({
  ...rest,
  id: uuidColumn(id),
})

/** SKUs and regions: the platform's, the same for every tenant. */
export class CatalogueRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  async sku(code: string): Promise<Sku | undefined> {
    const row = await this.#db.sku.findFirst({ where: { code } })
    return row ? toSku(row) : undefined
  }

  /** Those that exist, in no order. */
  async skusOf(codes: readonly string[]): Promise<Sku[]> {
    return (await this.#db.sku.findMany({ where: { code: { in: [...codes] } } })).map(toSku)
  }

  /** By age. */
  async skus(page: IdPage): Promise<Sku[]> {
    return (await this.#db.sku.findMany(idPageQuery(page))).map(toSku)
  }

  /** How many SKUs there are, no further than `COUNT_LIMIT`. */
  skuTotal(): Promise<number> {
    return this.#db.sku.count({ take: COUNT_LIMIT })
  }

  async region(code: string): Promise<Region | undefined> {
    const row = await this.#db.region.findFirst({ where: { code } })
    return row ? toRegion(row) : undefined
  }

  /** By age. */
  async regions(page: IdPage): Promise<Region[]> {
    return (await this.#db.region.findMany(idPageQuery(page))).map(toRegion)
  }

  /** How many regions there are, no further than `COUNT_LIMIT`. */
  regionTotal(): Promise<number> {
    return this.#db.region.count({ take: COUNT_LIMIT })
  }
}
