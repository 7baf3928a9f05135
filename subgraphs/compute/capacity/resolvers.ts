import { catalogued } from '../../../platform/errors/catalogue.ts'
import { connectionOf, pageRequest, type PageRequest } from '../../../platform/graphql/connection.ts'
import { isUuid } from '../../../platform/ids/id.ts'
import type { ComputeResolvers } from '../resolver-types.ts'
import type { CapacityPage } from './model.ts'

export const capacityResolvers: Pick<ComputeResolvers, 'Query'> = {
  Query: {
    capacity: async (_, { filter, ...args }, { access, compute }) => {
      const page = pageRequest(args, { list: 'Query.capacity', sort: 'sku, region', keyParts: 2, filter })
      const wanted = { skuCode: filter?.skuCode ?? undefined, regionCode: filter?.regionCode ?? undefined }
      const self = access.self()
      const rows = await compute.capacity.page(self, wanted, { ...page, beyond: placeOf(page) })
      const count = () => compute.capacity.total(self, wanted)
      return connectionOf(rows, page, ({ sku, region }) => [sku.id, region.id], count)
    },
  },
}

const placeOf = ({ from, direction }: PageRequest): CapacityPage['beyond'] => {
  if (from === undefined) return undefined
  const [skuId = '', regionId = ''] = from
  if (!isUuid(skuId) || !isUuid(regionId))
    throw catalogued('INVALID_CURSOR', { argument: direction === 'forward' ? 'after' : 'before' })
  return { skuId, regionId }
}
