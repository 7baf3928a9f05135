import type { ProjectSetScope } from '../access/scope.ts'
import type { Transaction } from './database.ts'
import type { IdPage } from '../graphql/id-page.ts'
import type { Id } from '../ids/id.ts'
import { Prisma } from '../../prisma/generated/client.ts'

/** A list that many parents have one of: which rows, by which column, in which order of their ids. */
export interface ChildList {
  readonly table: Prisma.Sql
  readonly columns: Prisma.Sql
  readonly parent: Prisma.Sql
  readonly order: 'oldest-first' | 'newest-first'
}

const ASCENDING = { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` }
const DESCENDING = { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` }

/**
 * Reads the same page of the list of every parent, in one statement; parents outside of the scope have none. A parent
 * that is a project is named by its own id, any other by its id within its project.
 */
export const readPages = <Row>(
  db: Transaction,
  { projects }: ProjectSetScope,
  { table, columns, parent, order }: ChildList,
  parents: readonly Id[],
  { direction, fetch, after }: IdPage,
): Promise<Row[]> => {
  const organizationOf = new Map<string, string>(projects.map((scope) => [scope.projectId, scope.organizationId]))
  const within = parents.filter(({ scope }) => organizationOf.has(scope))
  const walk = (order === 'oldest-first') === (direction === 'forward') ? ASCENDING : DESCENDING
  const continues = after === undefined ? Prisma.empty : Prisma.sql`AND found.id ${walk.beyond} ${after}::uuid`
  return db.$queryRaw<Row[]>`
    SELECT ${columns} FROM unnest(
      ${within.map(({ scope }) => organizationOf.get(scope))}::uuid[],
      ${within.map(({ scope }) => scope)}::uuid[],
      ${within.map(({ local }) => local)}::uuid[]) AS p (org_id, project_id, id)
    CROSS JOIN LATERAL (
      SELECT * FROM ${table} found
      WHERE found.org_id = p.org_id AND found.project_id = p.project_id AND found.${parent} = p.id ${continues}
      ORDER BY found.id ${walk.order} LIMIT ${fetch}::int) c
    ORDER BY c.id ${walk.order}`
}

/** The rows of these ids, each in the project that its id names; outside of the scope there are none. */
export const withIds = ({ projects }: ProjectSetScope, ids: readonly Id[]) => ({
  OR: projects.map(({ columns, projectId }) => ({
    ...columns,
    id: { in: ids.filter(({ scope }) => scope === projectId).map(({ local }) => local) },
  })),
})
