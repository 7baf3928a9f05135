import type { Brand } from '../ids/brand.ts'
import { isUuid, type Uuid } from '../ids/id.ts'
import { err, ok, type Result } from '../result/result.ts'

/** An id of a graph whose ids carry nothing: `p1`, `acme/vision`. Never the text of a UUID. */
export type PlainId = Brand<string, 'PlainId'>

/**
 * What grants and requirements name a project, an organization or a user by: its UUID, or, on a graph with plain ids,
 * the id itself. Two keys are the same scope exactly when they are equal.
 */
export type ScopeKey = Uuid | PlainId

/** The longest id that names a scope, in characters. */
export const MAXIMUM_ID_CHARACTERS = 256

const CONTROL = /\p{Cc}/u

/** Reads an id that carries nothing but itself. Refuses the empty, the overlong, and control characters. */
export const plainKey = (text: string): Result<ScopeKey, 'INVALID_ID'> => {
  if (text === '' || text.length > MAXIMUM_ID_CHARACTERS || CONTROL.test(text)) return err('INVALID_ID')
  return ok(isUuid(text) ? text : (text as PlainId)) // not the text of a UUID, as was just asked
}
