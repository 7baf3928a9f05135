import type { Uuid } from '../../../platform/ids/id.ts'
import type { Region, Sku } from '../catalogue/model.ts'

/** How many allocations of a SKU a region has room for at this moment. */
export interface Capacity {
  readonly sku: Sku
  readonly region: Region
  readonly available: number
}

export interface CapacityFilter {
  readonly skuCode: string | undefined
  readonly regionCode: string | undefined
}

export interface CapacityPage {
  readonly direction: 'forward' | 'backward'
  readonly fetch: number
  /** Where the page before ended; undefined for the first one. */
  readonly beyond: { readonly skuId: Uuid; readonly regionId: Uuid } | undefined
}
