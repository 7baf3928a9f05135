import type { OrganizationSetScope, ProjectSetScope } from '../access/scope.ts'
import { COUNT_LIMIT } from '../graphql/total-count.ts'
import type { Id, Uuid } from '../ids/id.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Transaction } from './database.ts'
import type { ChildList } from './pages.ts'

interface TotalRow {
  readonly total: number
}

/** How many rows `SELECT … FROM …` gives without its columns: `found` begins with its FROM. */
const totalOf = (found: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(SELECT count(*)::int AS total FROM (SELECT ${found} LIMIT ${COUNT_LIMIT}::int) counted)`

/** Counts rows no further than `COUNT_LIMIT`; `found` begins with FROM. */
export const countRows = async (db: Transaction, found: Prisma.Sql): Promise<number> => {
  const [row] = await db.$queryRaw<TotalRow[]>`SELECT t.total FROM ${totalOf(found)} t`
  return row?.total ?? 0
}

/** Which rows a parent's list holds. */
export interface CountedList extends Pick<ChildList, 'table' | 'parent'> {
  /** A filter of the list, as a page of it is read: begins with AND, its rows are `found`. */
  readonly through?: Prisma.Sql
}

/** One total for each parent, in their order: `ids` has an array for each of `names`, by which `found` names a parent `p`. */
const countEach = async (
  db: Transaction,
  ids: Prisma.Sql,
  names: Prisma.Sql,
  found: Prisma.Sql,
): Promise<(place: number) => number> => {
  const rows = await db.$queryRaw<TotalRow[]>`
    SELECT t.total FROM unnest(${ids}) WITH ORDINALITY AS p (${names}, place)
    CROSS JOIN LATERAL ${totalOf(found)} t
    ORDER BY p.place`
  return (place) => rows[place]?.total ?? 0
}

/**
 * How many rows the list of every parent has, no further than `COUNT_LIMIT`, in one statement, by the text of the parent's
 * id; parents outside of the scope have none. It is the list of `readPages`, under the same conditions.
 */
export const countPages = async (
  db: Transaction,
  { projects }: ProjectSetScope,
  { table, parent, through = Prisma.empty }: CountedList,
  parents: readonly Id[],
): Promise<ReadonlyMap<string, number>> => {
  const organizationOf = new Map<string, string>(projects.map((scope) => [scope.projectId, scope.organizationId]))
  const within = parents.filter(({ scope }) => organizationOf.has(scope))
  const total = await countEach(
    db,
    Prisma.sql`${within.map(({ scope }) => organizationOf.get(scope))}::uuid[],
      ${within.map(({ scope }) => scope)}::uuid[], ${within.map(({ local }) => local)}::uuid[]`,
    Prisma.sql`org_id, project_id, id`,
    Prisma.sql`FROM ${table} found
      WHERE found.org_id = p.org_id AND found.project_id = p.project_id AND found.${parent} = p.id ${through}`,
  )
  return new Map(within.map(({ text }, place) => [text, total(place)]))
}

/** How many rows of a table each organization of the scope has, no further than `COUNT_LIMIT`, in one statement. */
export const countOfOrganizations = async (
  db: Transaction,
  { organizations }: OrganizationSetScope,
  table: Prisma.Sql,
): Promise<ReadonlyMap<Uuid, number>> => {
  const ids = organizations.map(({ organizationId }) => organizationId)
  const found = Prisma.sql`FROM ${table} found WHERE found.org_id = p.id`
  const total = await countEach(db, Prisma.sql`${ids}::uuid[]`, Prisma.sql`id`, found)
  return new Map(ids.map((id, place) => [id, total(place)]))
}

/**
 * How many rows each of these parents has that organizations own, no further than `COUNT_LIMIT`, in one statement, by the
 * text of the parent's id; parents outside of the scope have none. `found` begins with FROM, and its condition names the
 * parent as `p (org_id, id)`.
 */
export const countOfOwned = async (
  db: Transaction,
  { organizations }: OrganizationSetScope,
  found: Prisma.Sql,
  parents: readonly Id[],
): Promise<ReadonlyMap<string, number>> => {
  const inScope = new Set<string>(organizations.map(({ organizationId }) => organizationId))
  const within = parents.filter(({ scope }) => inScope.has(scope))
  const ids = Prisma.sql`${within.map(({ scope }) => scope)}::uuid[], ${within.map(({ local }) => local)}::uuid[]`
  const total = await countEach(db, ids, Prisma.sql`org_id, id`, found)
  return new Map(within.map(({ text }, place) => [text, total(place)]))
}
