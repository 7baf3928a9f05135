import { catalogued } from '../errors/catalogue.ts'
import { parseId, type Id } from '../ids/id.ts'
import type { IdPrefix } from '../ids/kinds.ts'

/** The id of an argument, of one kind. Throws `INVALID_ID`, naming the argument. */
export const parseIdOrThrow = <P extends IdPrefix>(
  prefix: P,
  id: string | { readonly text: string },
  argument: string,
): Id<P> => {
  const parsed = parseId(prefix, typeof id === 'string' ? id : id.text)
  if (!parsed.ok) throw catalogued(parsed.error, { argument })
  return parsed.value
}
