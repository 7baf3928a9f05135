import type { SelfGrant } from '../../../platform/access/authorize.ts'
import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import type { ComputeUnits } from '../units.ts'
import type { Capacity, CapacityFilter, CapacityPage } from './model.ts'

export type CapacityService = ReturnType<typeof capacityService>

export const capacityService = ({ units }: { readonly units: ComputeUnits }) => ({
  /** By age of the SKU, then of the region, in the direction of the page. Any signed-in user may know what is free; nobody learns who holds the rest. */
  page: (_: SelfGrant, filter: CapacityFilter, page: CapacityPage): Promise<Capacity[]> =>
    units.platform.read(PLATFORM_SCOPE, ({ capacity }) => capacity.page(filter, page)),

  total: (_: SelfGrant, filter: CapacityFilter): Promise<number> =>
    units.platform.read(PLATFORM_SCOPE, ({ capacity }) => capacity.total(filter)),
})
