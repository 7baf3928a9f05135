import { mergeResolvers } from '../../platform/subgraph/merge-resolvers.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { schemaFilesIn } from '../../platform/subgraph/schema-files.ts'
import { accountResolvers } from './account/resolvers.ts'
import { chargeHandlers } from './charge/handlers.ts'
import { chargeResolvers } from './charge/resolvers.ts'
import { createBilling } from './context.ts'
import { ledgerResolvers } from './ledger/resolvers.ts'
import { billingLoaders } from './loaders.ts'
import { priceResolvers } from './price/resolvers.ts'

/** What it costs: prices, charges, and the ledger that everything is derived from. */
export const billing: SubgraphModule = {
  name: 'billing',
  schemaFiles: schemaFilesIn(import.meta.dirname),
  start: (platform) => {
    const services = createBilling(platform)
    const loaders = billingLoaders(services)
    return {
      resolvers: mergeResolvers([accountResolvers, ledgerResolvers, priceResolvers, chargeResolvers]),
      context: () => {
        const now = platform.clock.now()
        return { billing: services, loaders: loaders(now), now }
      },
      eventHandlers: chargeHandlers(services.posting),
      jobs: {},
    }
  },
}
