import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { projectIdOf } from '../loaders.ts'
import type { AppPlatformResolvers } from '../resolver-types.ts'
import { createAppPayload } from './payload.ts'

export const appResolvers: Pick<AppPlatformResolvers, 'Query' | 'Mutation' | 'App' | 'Project'> = {
  Query: {
    app: (_, { id }, { access, loaders }) =>
      loaders.app.load({ grant: access.project('APP_READ', id), id: parseIdOrThrow('app', id, 'id') }),
  },
  App: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.app.load({ grant: access.project('APP_READ', id), id: parseIdOrThrow('app', id, 'id') }),
    project: ({ id }) => ({ id: projectIdOf(id).text }),
  },
  Project: {
    apps: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.apps')
      const key = { grant: access.project('APP_READ', id), id: parseIdOrThrow('prj', id, 'id') }
      return loadConnection(loaders.appsOfProject, page, key, (app) => app.id.local)
    },
  },
  Mutation: {
    createApp: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_CREATE', parseIdOrThrow('prj', input.projectId, 'input.projectId'))
      return createAppPayload(await appPlatform.apps.create(grant, input))
    },
  },
}
