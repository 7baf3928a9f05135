import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { AppPlatformResolvers } from '../resolver-types.ts'
import { createEnvironmentPayload, deployReleasePayload } from './payload.ts'

export const environmentResolvers: Pick<AppPlatformResolvers, 'Query' | 'Mutation' | 'App' | 'Environment'> = {
  Query: {
    environment: (_, { id }, { access, loaders }) =>
      loaders.environment.load({ grant: access.project('APP_READ', id), id: parseIdOrThrow('env', id, 'id') }),
  },
  Environment: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.environment.load({ grant: access.project('APP_READ', id), id: parseIdOrThrow('env', id, 'id') }),
    app: ({ appId }, _, { access, loaders }) =>
      loaders.app.load({ grant: access.project('APP_READ', appId), id: appId }),
    currentRelease: ({ currentReleaseId: id }, _, { access, loaders }) =>
      id === null ? null : loaders.release.load({ grant: access.project('APP_RELEASE_READ', id), id }),
  },
  App: {
    environments: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'App.environments', id.text)
      const key = { grant: access.project('APP_READ', id), id }
      return loadConnection(loaders.environmentsOfApp, page, key, (environment) => environment.id.local)
    },
  },
  Mutation: {
    createEnvironment: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_CREATE', input.appId, 'input.appId')
      const appId = parseIdOrThrow('app', input.appId, 'input.appId')
      return createEnvironmentPayload(await appPlatform.environments.create(grant, { appId, name: input.name }))
    },
    deployRelease: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_RELEASE_DEPLOY', input.environmentId, 'input.environmentId')
      const environmentId = parseIdOrThrow('env', input.environmentId, 'input.environmentId')
      const releaseId = parseIdOrThrow('rel', input.releaseId, 'input.releaseId')
      return deployReleasePayload(await appPlatform.environments.deploy(grant, { environmentId, releaseId }))
    },
  },
}
