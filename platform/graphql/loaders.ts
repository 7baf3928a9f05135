import DataLoader from 'dataloader'
import type { OrganizationGrant, ProjectGrant } from '../access/authorize.ts'
import type { OrganizationSetScope, ProjectSetScope } from '../access/scope.ts'
import type { Id, Uuid } from '../ids/id.ts'
import type { Connection } from './connection.ts'
import { idConnection, type IdPage } from './id-page.ts'

/** A thing, or the parent of a list, and the proof that its project may be read. */
export interface LoaderKey<C extends string, I extends Id> {
  readonly grant: ProjectGrant<C>
  readonly id: I
}

/** Looks things up by id, in one read for all that an operation asks for at once. */
export type OneLoader<C extends string, I extends Id, T> = DataLoader<LoaderKey<C, I>, T | undefined, string>

/**
 * Reads the same page of the list of each parent, in one read for all parents that an operation asks for at once, and
 * counts their lists likewise. `P`: a page that carries its filter.
 */
export interface ListLoader<C extends string, I extends Id, T, P extends IdPage = IdPage> {
  readonly page: (page: P) => DataLoader<LoaderKey<C, I>, readonly T[], string>
  /** How many entries the whole list has through the page's filter, no further than `COUNT_LIMIT`. */
  readonly total: (page: P) => DataLoader<LoaderKey<C, I>, number, string>
}

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

/** One loader for each value of the arguments that an operation gives. */
export const byArguments = <A, L>(textOf: (argument: A) => string, make: (argument: A) => L) => {
  const made = new Map<string, L>()
  return (argument: A): L => {
    const text = textOf(argument)
    const loader = made.get(text) ?? make(argument)
    made.set(text, loader)
    return loader
  }
}

const PLACE: ReadonlySet<string> = new Set([
  'identity',
  'direction',
  'limit',
  'fetch',
  'from',
  'after',
] satisfies readonly (keyof IdPage)[])

/** What a page carries besides its place: the filter of its list, whichever parent it is of. */
const filterOf = (page: IdPage): string => {
  const filter = Object.entries(page).filter(([name]) => !PLACE.has(name))
  return filter.length === 0 ? '' : JSON.stringify(filter)
}

/** What tells a page of a list from another, whichever parent it is of. */
export const placeOf = (page: IdPage): string =>
  `${page.direction} ${String(page.fetch)} ${page.after ?? ''} ${filterOf(page)}`

/** How the lists of many parents are read and counted: what a service does, given the proof of every project. */
export interface ListReads<I extends Id, T, P> {
  readonly pages: (scope: ProjectSetScope, parents: readonly I[], page: P) => Promise<readonly T[]>
  /** By the text of the parent's id. */
  readonly totals: (scope: ProjectSetScope, parents: readonly I[], page: P) => Promise<ReadonlyMap<string, number>>
}

export const listLoader = <C extends string, I extends Id, T, P extends IdPage = IdPage>(
  { pages, totals }: ListReads<I, T, P>,
  parentOf: (thing: T) => string,
): ListLoader<C, I, T, P> => {
  const each = <V>(read: (scope: ProjectSetScope, parents: readonly I[]) => Promise<(parent: string) => V>) =>
    new DataLoader(
      async (keys: readonly LoaderKey<C, I>[]) => {
        const ids = keys.map(({ id }) => id)
        const of = await read(scopeOf(keys), ids)
        return ids.map(({ text }) => of(text))
      },
      { cacheKeyFn: textOf },
    )
  return {
    page: byArguments(placeOf, (page: P) =>
      each(async (scope, parents) => {
        const found = Map.groupBy(await pages(scope, parents, page), parentOf)
        return (parent) => found.get(parent) ?? []
      }),
    ),
    total: byArguments(filterOf, (page: P) =>
      each(async (scope, parents) => {
        const found = await totals(scope, parents, page)
        return (parent) => found.get(parent) ?? 0
      }),
    ),
  }
}

/** A page of one parent's list as a connection. */
export const loadConnection = async <C extends string, I extends Id, T, P extends IdPage>(
  list: ListLoader<C, I, T, P>,
  page: P,
  key: LoaderKey<C, I>,
  idOf: (thing: T) => Uuid,
): Promise<Connection<T>> => idConnection(await list.page(page).load(key), page, idOf, () => list.total(page).load(key))

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

/** How many entries a list of each organization has: none where `count` names no number. */
export const organizationTotals = <C extends string>(
  count: (scope: OrganizationSetScope) => Promise<ReadonlyMap<Uuid, number>>,
): OrganizationLoader<C, number> =>
  organizationLoader(async (scope) => {
    const totals = await count(scope)
    return (organization) => totals.get(organization) ?? 0
  })
