import { catalogued } from '../errors/catalogue.ts'
import { isUuid, type Uuid } from '../ids/id.ts'
import { connectionOf, pageRequest, type Connection, type PageArguments, type PageRequest } from './connection.ts'
import type { Count } from './total-count.ts'

/** A page of a list ordered by its UUIDv7 ids, that is by age: the order of every list that has no other. */
export interface IdPage extends PageRequest {
  readonly after: Uuid | undefined
}

const firstOf = (request: PageRequest): Uuid | undefined => {
  const key = request.from?.[0]
  if (key === undefined) return undefined
  if (!isUuid(key))
    throw catalogued('INVALID_CURSOR', { argument: request.direction === 'forward' ? 'after' : 'before' })
  return key
}

/** Reads the arguments of a connection. `list` is its coordinate: a cursor of another list or filter is refused. */
export const idPage = (page: PageArguments, list: string, filter?: unknown): IdPage => {
  const request = pageRequest(page, { list, sort: 'id', keyParts: 1, filter })
  return { ...request, after: firstOf(request) }
}

/** What Prisma needs to read the page: one row more than it shows, strictly beyond its cursor. */
export const idPageQuery = ({ direction, fetch, after }: IdPage) => ({
  where: after === undefined ? {} : { id: direction === 'forward' ? { gt: after } : { lt: after } },
  orderBy: { id: direction === 'forward' ? ('asc' as const) : ('desc' as const) },
  take: fetch,
})

/** Makes the connection of the rows that were read for the page; `count` counts the list that the page is of. */
export const idConnection = <T>(
  rows: readonly T[],
  page: IdPage,
  idOf: (row: T) => Uuid,
  count: Count,
): Connection<T> => connectionOf(rows, page, (row) => [idOf(row)], count)
