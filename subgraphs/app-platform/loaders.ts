import { listLoader, oneLoader, type ListLoader, type OneLoader } from '../../platform/graphql/loaders.ts'
import { onDemand } from '../../platform/graphql/on-demand.ts'
import { selfId, type Id, type ProjectId } from '../../platform/ids/id.ts'
import type { App, AppId } from './app/model.ts'
import type { AppPlatform } from './context.ts'
import type { Environment, EnvironmentId } from './environment/model.ts'
import type { Release, ReleaseId } from './release/model.ts'
import type { Route, RouteId } from './route/model.ts'
import type { Secret, SecretId } from './secret/model.ts'

/** Batched look-ups of one operation: each kind and each list costs one statement for all of its parents. */
export interface AppPlatformLoaders {
  readonly app: OneLoader<'APP_READ', AppId, App>
  readonly environment: OneLoader<'APP_READ', EnvironmentId, Environment>
  readonly release: OneLoader<'APP_RELEASE_READ', ReleaseId, Release>
  readonly route: OneLoader<'APP_ROUTE_READ', RouteId, Route>
  readonly secret: OneLoader<'APP_SECRET_LIST', SecretId, Secret>
  readonly appsOfProject: ListLoader<'APP_READ', ProjectId, App>
  readonly environmentsOfApp: ListLoader<'APP_READ', AppId, Environment>
  readonly releasesOfApp: ListLoader<'APP_RELEASE_READ', AppId, Release>
  readonly routesOfEnvironment: ListLoader<'APP_ROUTE_READ', EnvironmentId, Route>
  readonly routesOfProject: ListLoader<'APP_ROUTE_READ', ProjectId, Route>
  readonly secretsOfEnvironment: ListLoader<'APP_SECRET_LIST', EnvironmentId, Secret>
}

/** The project that a thing's id names. */
export const projectIdOf = ({ scope }: Id): ProjectId => selfId('prj', scope)

/** Made anew for each operation. */
export const appPlatformLoaders = ({ apps, environments, releases, routes, secrets }: AppPlatform) =>
  onDemand<AppPlatformLoaders>({
    app: () => oneLoader(apps.findAll),
    environment: () => oneLoader(environments.findAll),
    release: () => oneLoader(releases.findAll),
    route: () => oneLoader(routes.findAll),
    secret: () => oneLoader(secrets.findAll),
    appsOfProject: () => listLoader(apps, ({ id }) => projectIdOf(id).text),
    environmentsOfApp: () => listLoader(environments, ({ appId }) => appId.text),
    releasesOfApp: () => listLoader(releases, ({ appId }) => appId.text),
    routesOfEnvironment: () =>
      listLoader(
        { pages: routes.pagesOfEnvironments, totals: routes.totalsOfEnvironments },
        ({ environmentId }) => environmentId.text,
      ),
    routesOfProject: () =>
      listLoader({ pages: routes.pagesOfProjects, totals: routes.totalsOfProjects }, ({ id }) => projectIdOf(id).text),
    secretsOfEnvironment: () => listLoader(secrets, ({ environmentId }) => environmentId.text),
  })
