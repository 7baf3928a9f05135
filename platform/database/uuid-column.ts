import type { Uuid } from '../ids/id.ts'

/** The value of a `uuid` column: PostgreSQL writes nothing but the canonical form. */
export const uuidColumn = (text: string): Uuid => text as Uuid // see above
