import DataLoader from 'dataloader'
import type { ProjectGrant } from '../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../platform/access/scope.ts'
import type { IdPage } from '../../platform/graphql/id-page.ts'
import { selfId, type Id, type ProjectId } from '../../platform/ids/id.ts'
import type { App, AppId } from './app/model.ts'
import type { AppPlatform } from './context.ts'
import type { Environment, EnvironmentId } from './environment/model.ts'
import type { Release, ReleaseId } from './release/model.ts'
import type { Route, RouteId } from './route/model.ts'

/** A thing, or the parent of a list, and the proof that its project may be read. */
interface Key<C extends string, I extends Id> {
  readonly grant: ProjectGrant<C>
  readonly id: I
}

type OneLoader<C extends string, I extends Id, T> = DataLoader<Key<C, I>, T | undefined, string>

type PageLoader<C extends string, I extends Id, T> = (page: IdPage) => DataLoader<Key<C, I>, readonly T[], string>

/** Batched look-ups of one operation: each kind and each list costs one statement for all of its parents. */
export interface AppPlatformLoaders {
  readonly app: OneLoader<'APP_READ', AppId, App>
  readonly environment: OneLoader<'APP_READ', EnvironmentId, Environment>
  readonly release: OneLoader<'APP_RELEASE_READ', ReleaseId, Release>
  readonly route: OneLoader<'APP_ROUTE_READ', RouteId, Route>
  readonly appsOfProject: PageLoader<'APP_READ', ProjectId, App>
  readonly environmentsOfApp: PageLoader<'APP_READ', AppId, Environment>
  readonly releasesOfApp: PageLoader<'APP_RELEASE_READ', AppId, Release>
  readonly routesOfEnvironment: PageLoader<'APP_ROUTE_READ', EnvironmentId, Route>
  readonly routesOfProject: PageLoader<'APP_ROUTE_READ', ProjectId, Route>
}

const scopeOf = (keys: readonly Key<string, Id>[]): ProjectSetScope => ({
  kind: 'project-set',
  projects: [...new Map(keys.map(({ grant: { scope } }) => [scope.projectId, scope])).values()],
})

/** The project that a thing's id names. */
export const projectIdOf = ({ scope }: Id): ProjectId => selfId('prj', scope)

const textOf = ({ id }: Key<string, Id>): string => id.text

const oneLoader = <C extends string, I extends Id, T extends { readonly id: I }>(
  findAll: (scope: ProjectSetScope, ids: readonly I[]) => Promise<readonly T[]>,
): OneLoader<C, I, T> =>
  new DataLoader(
    async (keys: readonly Key<C, I>[]) => {
      const ids = keys.map(({ id }) => id)
      const found = new Map((await findAll(scopeOf(keys), ids)).map((thing) => [thing.id.text, thing]))
      return ids.map(({ text }) => found.get(text))
    },
    { cacheKeyFn: textOf },
  )

const pageLoader = <C extends string, I extends Id, T>(
  readPages: (scope: ProjectSetScope, parents: readonly I[], page: IdPage) => Promise<readonly T[]>,
  parentOf: (thing: T) => string,
): PageLoader<C, I, T> => {
  const loaders = new Map<string, ReturnType<PageLoader<C, I, T>>>()
  const newLoader = (page: IdPage): ReturnType<PageLoader<C, I, T>> =>
    new DataLoader(
      async (keys: readonly Key<C, I>[]) => {
        const ids = keys.map(({ id }) => id)
        const pages = Map.groupBy(await readPages(scopeOf(keys), ids, page), parentOf)
        return ids.map(({ text }) => pages.get(text) ?? [])
      },
      { cacheKeyFn: textOf },
    )
  return (page) => {
    const key = JSON.stringify([page.direction, page.fetch, page.after])
    const loader = loaders.get(key) ?? newLoader(page)
    loaders.set(key, loader)
    return loader
  }
}

/** Made anew for each operation. */
export const appPlatformLoaders = ({ apps, environments, releases, routes }: AppPlatform): AppPlatformLoaders => ({
  app: oneLoader(apps.findAll),
  environment: oneLoader(environments.findAll),
  release: oneLoader(releases.findAll),
  route: oneLoader(routes.findAll),
  appsOfProject: pageLoader(apps.pages, ({ id }) => projectIdOf(id).text),
  environmentsOfApp: pageLoader(environments.pages, ({ appId }) => appId.text),
  releasesOfApp: pageLoader(releases.pages, ({ appId }) => appId.text),
  routesOfEnvironment: pageLoader(routes.pagesOfEnvironments, ({ environmentId }) => environmentId.text),
  routesOfProject: pageLoader(routes.pagesOfProjects, ({ id }) => projectIdOf(id).text),
})
