import { oneLoader, pageLoader, type OneLoader, type PageLoader } from '../../platform/graphql/loaders.ts'
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
  readonly appsOfProject: PageLoader<'APP_READ', ProjectId, App>
  readonly environmentsOfApp: PageLoader<'APP_READ', AppId, Environment>
  readonly releasesOfApp: PageLoader<'APP_RELEASE_READ', AppId, Release>
  readonly routesOfEnvironment: PageLoader<'APP_ROUTE_READ', EnvironmentId, Route>
  readonly routesOfProject: PageLoader<'APP_ROUTE_READ', ProjectId, Route>
  readonly secretsOfEnvironment: PageLoader<'APP_SECRET_LIST', EnvironmentId, Secret>
}

/** The project that a thing's id names. */
export const projectIdOf = ({ scope }: Id): ProjectId => selfId('prj', scope)

/** Made anew for each operation. */
export const appPlatformLoaders = ({
  apps,
  environments,
  releases,
  routes,
  secrets,
}: AppPlatform): AppPlatformLoaders => ({
  app: oneLoader(apps.findAll),
  environment: oneLoader(environments.findAll),
  release: oneLoader(releases.findAll),
  route: oneLoader(routes.findAll),
  secret: oneLoader(secrets.findAll),
  appsOfProject: pageLoader(apps.pages, ({ id }) => projectIdOf(id).text),
  environmentsOfApp: pageLoader(environments.pages, ({ appId }) => appId.text),
  releasesOfApp: pageLoader(releases.pages, ({ appId }) => appId.text),
  routesOfEnvironment: pageLoader(routes.pagesOfEnvironments, ({ environmentId }) => environmentId.text),
  routesOfProject: pageLoader(routes.pagesOfProjects, ({ id }) => projectIdOf(id).text),
  secretsOfEnvironment: pageLoader(secrets.pages, ({ environmentId }) => environmentId.text),
})
