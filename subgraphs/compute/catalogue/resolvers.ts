import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import type { ComputeResolvers } from '../resolver-types.ts'

export const catalogueResolvers: Pick<ComputeResolvers, 'Query' | 'Sku'> = {
  Query: {
    skus: async (_, args, { compute }) => {
      const page = idPage(args, 'Query.skus')
      return idConnection(await compute.catalogue.skus(page), page, ({ id }) => id, compute.catalogue.skuTotal)
    },
    regions: async (_, args, { compute }) => {
      const page = idPage(args, 'Query.regions')
      return idConnection(await compute.catalogue.regions(page), page, ({ id }) => id, compute.catalogue.regionTotal)
    },
  },
  Sku: {
    __resolveReference: ({ code }, { loaders }) => loaders.sku.load(code),
  },
}
