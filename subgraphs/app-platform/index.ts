import { mergeResolvers } from '../../platform/subgraph/merge-resolvers.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { schemaFilesIn } from '../../platform/subgraph/schema-files.ts'
import { appResolvers } from './app/resolvers.ts'
import { createAppPlatform } from './context.ts'
import { environmentResolvers } from './environment/resolvers.ts'
import { appPlatformLoaders } from './loaders.ts'
import { releaseResolvers } from './release/resolvers.ts'
import { routeResolvers } from './route/resolvers.ts'
import { secretResolvers } from './secret/resolvers.ts'

/** What runs: apps, their environments with their secrets, releases, and the hostnames that lead to them. */
export const appPlatform: SubgraphModule = {
  name: 'app-platform',
  schemaFiles: schemaFilesIn(import.meta.dirname),
  start: (platform) => {
    const services = createAppPlatform(platform)
    const loaders = appPlatformLoaders(services)
    return {
      resolvers: mergeResolvers([
        appResolvers,
        environmentResolvers,
        releaseResolvers,
        routeResolvers,
        secretResolvers,
      ]),
      context: () => ({ appPlatform: services, loaders: loaders() }),
      eventHandlers: {},
      jobs: {},
    }
  },
}
