import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { AppPlatformDependencies } from '../dependencies.ts'
import type { EnvironmentId } from '../environment/model.ts'
import { normaliseHostname } from './hostname.ts'
import { checkExposure, parseEndpoint, SHARED_PROXY_POOL, type CreateRouteRefusal, type Route } from './model.ts'
import type { RouteAuthMode, RouteFamily, RouteId } from './model.ts'

export interface CreateRoute {
  readonly environmentId: EnvironmentId
  readonly hostname: string
  readonly endpoint: string
  readonly authMode: RouteAuthMode
  readonly routeFamily: RouteFamily
}

type Binding = Pick<Route, 'hostname' | 'endpoint' | 'authMode' | 'routeFamily'>

const readBinding = (input: CreateRoute): Result<Binding, CreateRouteRefusal> => {
  const { authMode, routeFamily } = input
  const hostname = normaliseHostname(input.hostname)
  if (!hostname.ok) return hostname
  const endpoint = parseEndpoint(input.endpoint)
  if (!endpoint.ok) return endpoint
  const exposed = checkExposure(routeFamily, authMode)
  return exposed.ok ? ok({ hostname: hostname.value, endpoint: endpoint.value, authMode, routeFamily }) : exposed
}

export type RouteService = ReturnType<typeof routeService>

export const routeService = ({ units, clock, ids }: AppPlatformDependencies) => ({
  /** Those that exist, in no order. */
  findAll: (scope: ProjectSetScope, wanted: readonly RouteId[]): Promise<Route[]> =>
    units.projectSet.read(scope, ({ routes }) => routes.findAll(wanted)),

  /** The same page of every environment. */
  pagesOfEnvironments: (scope: ProjectSetScope, environments: readonly EnvironmentId[], page: IdPage) =>
    units.projectSet.read(scope, ({ routes }) => routes.pagesOfEnvironments(environments, page)),

  /** The same page of every project. */
  pagesOfProjects: (scope: ProjectSetScope, projects: readonly ProjectId[], page: IdPage) =>
    units.projectSet.read(scope, ({ routes }) => routes.pagesOfProjects(projects, page)),

  /** How many there are of every environment, by the text of its id. */
  totalsOfEnvironments: (scope: ProjectSetScope, environments: readonly EnvironmentId[]) =>
    units.projectSet.read(scope, ({ routes }) => routes.totalsOfEnvironments(environments)),

  /** How many there are of every project, by the text of its id. */
  totalsOfProjects: (scope: ProjectSetScope, projects: readonly ProjectId[]) =>
    units.projectSet.read(scope, ({ routes }) => routes.totalsOfProjects(projects)),

  create: (grant: ProjectGrant<'APP_ROUTE_CREATE'>, input: CreateRoute): Promise<Result<Route, CreateRouteRefusal>> => {
    const binding = readBinding(input)
    if (!binding.ok) return Promise.resolve(binding)
    return units.project.write(grant, async ({ environments, routes, audit }) => {
      if (!(await environments.find(input.environmentId))) return err('ENVIRONMENT_NOT_FOUND')
      const route: Route = {
        id: ownedId('rte', grant.scope.projectId, ids.next()),
        environmentId: input.environmentId,
        ...binding.value,
        proxyPool: SHARED_PROXY_POOL,
        version: 1,
        createdAt: clock.now(),
      }
      const inserted = await routes.insert(route)
      if (!inserted.ok) return inserted
      audit.succeeded('app-platform.route.create', route.id.text, { hostname: route.hostname })
      return ok(route)
    })
  },
})
