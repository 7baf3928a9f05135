import { catalogued } from '../errors/catalogue.ts'
import { readCursor, writeCursor, type CursorKey, type ListIdentity } from './cursor.ts'
import { totalCount, type Count, type TotalCount } from './total-count.ts'

export const DEFAULT_PAGE_SIZE = 20
export const MAX_PAGE_SIZE = 100

/** The arguments of a connection field (Relay connections). */
export interface PageArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

/** A page to read: `limit + 1` rows in `direction` of the order, strictly beyond `from`. */
export interface PageRequest {
  readonly identity: ListIdentity
  readonly direction: 'forward' | 'backward'
  readonly limit: number
  /** Rows to ask the database for: one more than the page, which tells whether there is another. */
  readonly fetch: number
  /** Undefined: from the end where the direction starts. */
  readonly from: CursorKey | undefined
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

export interface Edge<T> {
  readonly cursor: string
  readonly node: T
}

export interface Connection<T> {
  readonly edges: readonly Edge<T>[]
  readonly pageInfo: PageInfo
  readonly totalCount: TotalCount
}

const sizeOf = (argument: 'first' | 'last', size: number): number => {
  if (Number.isInteger(size) && size >= 1 && size <= MAX_PAGE_SIZE) return size
  const message = `\`${argument}\` must be between 1 and ${String(MAX_PAGE_SIZE)}.`
  throw catalogued('INVALID_INPUT', { argument, limit: MAX_PAGE_SIZE, requested: size }, { message })
}

const positionOf = (argument: 'after' | 'before', cursor: string | null | undefined, identity: ListIdentity) => {
  if (cursor === null || cursor === undefined) return undefined
  const key = readCursor(identity, cursor)
  if (!key.ok) throw catalogued(key.error, { argument })
  return key.value
}

/** The schema's default of `first` arrives with `last` too; only another value contradicts it. */
const refuseMixed = ({ first, after, last, before }: PageArguments): void => {
  const backward = typeof last === 'number'
  const contradicts = backward
    ? (typeof first === 'number' && first !== DEFAULT_PAGE_SIZE) || typeof after === 'string'
    : typeof before === 'string'
  if (!contradicts) return
  const message = 'A page goes forward (`first`, `after`) or backward (`last`, `before`), not both.'
  throw catalogued('INVALID_INPUT', { argument: backward ? 'last' : 'before' }, { message })
}

/** Reads the arguments of a connection. Throws `INVALID_INPUT` for a size out of bounds, `INVALID_CURSOR`. */
export const pageRequest = (page: PageArguments, identity: ListIdentity): PageRequest => {
  refuseMixed(page)
  if (typeof page.last === 'number') {
    const limit = sizeOf('last', page.last)
    return {
      identity,
      direction: 'backward',
      limit,
      fetch: limit + 1,
      from: positionOf('before', page.before, identity),
    }
  }
  const limit = sizeOf('first', page.first ?? DEFAULT_PAGE_SIZE)
  return { identity, direction: 'forward', limit, fetch: limit + 1, from: positionOf('after', page.after, identity) }
}

/**
 * Makes the connection of the rows that were read for a page, in the direction in which they were read. `count` counts the
 * list that the page is of.
 */
export const connectionOf = <T>(
  rows: readonly T[],
  page: PageRequest,
  keyOf: (row: T) => CursorKey,
  count: Count,
): Connection<T> => {
  const hasMore = rows.length > page.limit
  const read = rows.slice(0, page.limit)
  const nodes = page.direction === 'forward' ? read : read.toReversed()
  const edges = nodes.map((node) => ({
    node,
    get cursor() {
      return writeCursor(page.identity, keyOf(node)) // only where it is asked for: it holds a digest
    },
  }))
  const cameFromElsewhere = page.from !== undefined
  return {
    edges,
    pageInfo: {
      hasNextPage: page.direction === 'forward' ? hasMore : cameFromElsewhere,
      hasPreviousPage: page.direction === 'forward' ? cameFromElsewhere : hasMore,
      get startCursor() {
        return edges.at(0)?.cursor ?? null
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null
      },
    },
    totalCount: totalCount(hasMore || cameFromElsewhere ? undefined : edges.length, count),
  }
}
