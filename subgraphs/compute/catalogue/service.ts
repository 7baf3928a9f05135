import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { ComputeUnits } from '../units.ts'
import type { Region, Sku } from './model.ts'

export type CatalogueService = ReturnType<typeof catalogueService>

/** What is sold, and where: the same for everybody, hence without a grant. */
export const catalogueService = ({ units }: { readonly units: ComputeUnits }) => ({
  /** Those that exist, in no order. */
  skusOf: (codes: readonly string[]): Promise<Sku[]> =>
    units.platform.read(PLATFORM_SCOPE, ({ catalogue }) => catalogue.skusOf(codes)),

  skus: (page: IdPage): Promise<Sku[]> => units.platform.read(PLATFORM_SCOPE, ({ catalogue }) => catalogue.skus(page)),

  skuTotal: (): Promise<number> => units.platform.read(PLATFORM_SCOPE, ({ catalogue }) => catalogue.skuTotal()),

  regions: (page: IdPage): Promise<Region[]> =>
    units.platform.read(PLATFORM_SCOPE, ({ catalogue }) => catalogue.regions(page)),

  regionTotal: (): Promise<number> => units.platform.read(PLATFORM_SCOPE, ({ catalogue }) => catalogue.regionTotal()),
})
