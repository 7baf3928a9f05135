import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import type { BillingUnits } from '../units.ts'
import type { Price } from './model.ts'

export type PriceService = ReturnType<typeof priceService>

export const priceService = ({ units }: { readonly units: BillingUnits }) => ({
  /** The prices at a moment of those SKUs that have one. Published: nobody needs a grant. */
  effectiveAt: (skuCodes: readonly string[], moment: Date): Promise<Price[]> =>
    units.platform.read(PLATFORM_SCOPE, ({ prices }) => prices.effectiveAt(skuCodes, moment)),
})
