import { catalogued } from '../errors/catalogue.ts'
import { parseId, type Id } from '../ids/id.ts'
import type { IdPrefix } from '../ids/kinds.ts'

/** The id of an argument, of one kind. Throws `INVALID_ID`, naming the argument. */
export const parseIdOrThrow = <P extends IdPrefix>(prefix: P, text: string, argument: string): Id<P> => {
  const id = parseId(prefix, text)
  if (!id.ok) throw catalogued(id.error, { argument })
  return id.value
}
