import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { AppPlatformResolvers } from '../resolver-types.ts'
import { createRoutePayload } from './payload.ts'

export const routeResolvers: Pick<AppPlatformResolvers, 'Query' | 'Mutation' | 'Environment' | 'Project' | 'Route'> = {
  Query: {
    route: (_, { id }, { access, loaders }) =>
      loaders.route.load({ grant: access.project('APP_ROUTE_READ', id), id: parseIdOrThrow('rte', id, 'id') }),
  },
  Route: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.route.load({ grant: access.project('APP_ROUTE_READ', id), id: parseIdOrThrow('rte', id, 'id') }),
    environment: ({ environmentId: id }, _, { access, loaders }) =>
      loaders.environment.load({ grant: access.project('APP_READ', id), id }),
  },
  Environment: {
    routes: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Environment.routes', id.text)
      const key = { grant: access.project('APP_ROUTE_READ', id), id }
      return loadConnection(loaders.routesOfEnvironment, page, key, (route) => route.id.local)
    },
  },
  Project: {
    routes: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.routes')
      const key = { grant: access.project('APP_ROUTE_READ', id), id: parseIdOrThrow('prj', id, 'id') }
      return loadConnection(loaders.routesOfProject, page, key, (route) => route.id.local)
    },
  },
  Mutation: {
    createRoute: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_ROUTE_CREATE', input.environmentId, 'input.environmentId')
      const environmentId = parseIdOrThrow('env', input.environmentId, 'input.environmentId')
      return createRoutePayload(await appPlatform.routes.create(grant, { ...input, environmentId }))
    },
  },
}
