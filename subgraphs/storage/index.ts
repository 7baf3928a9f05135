import { mergeResolvers } from '../../platform/subgraph/merge-resolvers.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { schemaFilesIn } from '../../platform/subgraph/schema-files.ts'
import { bucketResolvers } from './bucket/resolvers.ts'
import { createStorage, storageLoaders } from './context.ts'
import { storageGrantResolvers } from './grant/resolvers.ts'

/** What persists: buckets, and who else may use them. */
export const storage: SubgraphModule = {
  name: 'storage',
  schemaFiles: schemaFilesIn(import.meta.dirname),
  start: (platform) => {
    const services = createStorage(platform)
    const loaders = storageLoaders(services)
    return {
      resolvers: mergeResolvers([bucketResolvers, storageGrantResolvers]),
      context: () => ({ storage: services, loaders: loaders() }),
      eventHandlers: {},
      jobs: {},
    }
  },
}
