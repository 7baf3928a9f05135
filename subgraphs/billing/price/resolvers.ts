import type { BillingResolvers } from '../resolver-types.ts'

export const priceResolvers: Pick<BillingResolvers, 'Sku'> = {
  Sku: {
    price: ({ code }, { at }, { loaders }) => loaders.price(at ?? undefined).load(code),
  },
}
