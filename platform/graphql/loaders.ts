import DataLoader from 'dataloader'
import type { OrganizationGrant, ProjectGrant } from '../access/authorize.ts'
import type { OrganizationSetScope, ProjectSetScope } from '../access/scope.ts'
import type { Id, Uuid } from '../ids/id.ts'
import type { IdPage } from './id-page.ts'

/** A thing, or the parent of a list, and the proof that its project may be read. */
export interface LoaderKey<C extends string, I extends Id> {
  readonly grant: ProjectGrant<C>
  readonly id: I
}

/** Looks things up by id, in one read for all that an operation asks for at once. */
export type OneLoader<C extends string, I extends Id, T> = DataLoader<LoaderKey<C, I>, T | undefined, string>

/**
 * Reads the same page of the list of each parent, in one read for all parents that an operation asks for at once. `P`: a
 * page that carries its filter.
 */
export type PageLoader<C extends string, I extends Id, T, P extends IdPage = IdPage> = (
  page: P,
) => DataLoader<LoaderKey<C, I>, readonly T[], string>

/** Something of each organization, in one read for all that an operation asks for at once. */
export type OrganizationLoader<C extends string, T> = DataLoader<OrganizationGrant<C>, T, Uuid>

const scopeOf = (keys: readonly LoaderKey<string, Id>[]): ProjectSetScope => ({
  kind: 'project-set',
  projects: [...new Map(keys.map(({ grant: { scope } }) => [scope.projectId, scope])).values()],
})

const textOf = ({ id }: LoaderKey<string, Id>): string => id.text

export const oneLoader = <C extends string, I extends Id, T extends { readonly id: I }>(
  findAll: (scope: ProjectSetScope, ids: readonly I[]) => Promise<readonly T[]>,
): OneLoader<C, I, T> =>
  new DataLoader(
    async (keys: readonly LoaderKey<C, I>[]) => {
      const ids = keys.map(({ id }) => id)
      const found = new Map((await findAll(scopeOf(keys), ids)).map((thing) => [thing.id.text, thing]))
      return ids.map(({ text }) => found.get(text))
    },
    { cacheKeyFn: textOf },
  )

export const pageLoader = <C extends string, I extends Id, T, P extends IdPage = IdPage>(
  readPages: (scope: ProjectSetScope, parents: readonly I[], page: P) => Promise<readonly T[]>,
  parentOf: (thing: T) => string,
): PageLoader<C, I, T, P> => {
  const loaders = new Map<string, ReturnType<PageLoader<C, I, T>>>()
  const newLoader = (page: P): ReturnType<PageLoader<C, I, T>> =>
    new DataLoader(
      async (keys: readonly LoaderKey<C, I>[]) => {
        const ids = keys.map(({ id }) => id)
        const pages = Map.groupBy(await readPages(scopeOf(keys), ids, page), parentOf)
        return ids.map(({ text }) => pages.get(text) ?? [])
      },
      { cacheKeyFn: textOf },
    )
  return (page) => {
    const key = JSON.stringify(page)
    const loader = loaders.get(key) ?? newLoader(page)
    loaders.set(key, loader)
    return loader
  }
}

export const organizationLoader = <C extends string, T>(
  read: (scope: OrganizationSetScope) => Promise<(organization: Uuid) => T>,
): OrganizationLoader<C, T> =>
  new DataLoader(
    async (grants: readonly OrganizationGrant<C>[]) => {
      const of = await read({ kind: 'organization-set', organizations: grants.map(({ scope }) => scope) })
      return grants.map(({ scope }) => of(scope.organizationId))
    },
    { cacheKeyFn: ({ scope }) => scope.organizationId },
  )
