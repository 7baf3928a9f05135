import { mergeResolvers } from '../../platform/subgraph/merge-resolvers.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { schemaFilesIn } from '../../platform/subgraph/schema-files.ts'
import { apiKeyResolvers } from './api-key/resolvers.ts'
import { auditResolvers } from './audit/resolvers.ts'
import { createIam } from './context.ts'
import { departmentResolvers } from './department/resolvers.ts'
import { evidenceResolvers } from './evidence/resolvers.ts'
import { iamLoaders } from './loaders.ts'
import { membershipMutations } from './membership/mutations.ts'
import { membershipResolvers } from './membership/resolvers.ts'
import { organizationResolvers } from './organization/resolvers.ts'
import { permissionResolvers } from './permission/resolvers.ts'
import { projectResolvers } from './project/resolvers.ts'
import { serviceAccountResolvers } from './service-account/resolvers.ts'
import { userResolvers } from './user/resolvers.ts'

/** Who may do what, and who did: organizations, departments, projects, memberships. */
export const iam: SubgraphModule = {
  name: 'iam',
  schemaFiles: schemaFilesIn(import.meta.dirname),
  start: (platform) => {
    const services = createIam(platform)
    const loaders = iamLoaders(services)
    return {
      resolvers: mergeResolvers([
        organizationResolvers,
        departmentResolvers,
        projectResolvers,
        membershipResolvers,
        membershipMutations,
        userResolvers,
        evidenceResolvers,
        permissionResolvers,
        serviceAccountResolvers,
        apiKeyResolvers,
        auditResolvers,
      ]),
      context: () => ({ iam: services, loaders: loaders() }),
      eventHandlers: {},
      jobs: {},
    }
  },
}
