import { mergeResolvers } from '../../platform/subgraph/merge-resolvers.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { schemaFilesIn } from '../../platform/subgraph/schema-files.ts'
import { allocationJobs } from './allocation/jobs.ts'
import { allocationResolvers } from './allocation/resolvers.ts'
import { capacityResolvers } from './capacity/resolvers.ts'
import { catalogueResolvers } from './catalogue/resolvers.ts'
import { createCompute } from './context.ts'
import { computeLoaders } from './loaders.ts'
import { nodeResolvers } from './node/resolvers.ts'
import { terminalJobs } from './terminal-session/jobs.ts'
import { terminalSessionResolvers } from './terminal-session/resolvers.ts'

export { createTerminalSessions, type TerminalControlParts } from './terminal-session/control.ts'

/** Machines, and who holds them: the catalogue, capacity, nodes, allocations and their placement, terminals in them. */
export const compute: SubgraphModule = {
  name: 'compute',
  schemaFiles: schemaFilesIn(import.meta.dirname),
  start: (platform) => {
    const services = createCompute(platform)
    const loaders = computeLoaders(services)
    return {
      resolvers: mergeResolvers([
        ...[catalogueResolvers, capacityResolvers, nodeResolvers, allocationResolvers],
        terminalSessionResolvers,
      ]),
      context: () => ({ compute: services, loaders: loaders() }),
      eventHandlers: {},
      jobs: { ...allocationJobs(services.provisioning), ...terminalJobs(services.terminalChecks) },
    }
  },
}
