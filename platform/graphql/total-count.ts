/** Where counting ends: a list of more entries than these tells no total. */
export const MOST_COUNTED = 10_000

/** How many rows a counting statement looks at: one more than is told, which tells that there are more. */
export const COUNT_LIMIT = MOST_COUNTED + 1

/**
 * Counts the whole list of a connection, through its filter, as far as the caller may see it; `COUNT_LIMIT` stands for so
 * many and more. Called only where a client asks for the total and the page does not tell it.
 */
export type Count = () => number | Promise<number>

/** The total as the graph tells it; null for more than are counted. */
export type TotalCount = () => Promise<number | null>

/** A connection type of the graph as resolvers give it: its total is a function, which the executor calls when asked. */
export type Counted<T> = Omit<T, 'totalCount'> & { readonly totalCount: TotalCount }

/** `whole`: how many entries there are where the page holds all of them, undefined where it does not. */
export const totalCount =
  (whole: number | undefined, count: Count): TotalCount =>
  async () => {
    const counted = whole ?? (await count())
    return counted > MOST_COUNTED ? null : counted
  }
