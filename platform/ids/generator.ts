import { v7 } from 'uuid'
import type { Uuid } from './id.ts'

/** Makes local ids. Injected, so that tests and demo data decide them. */
export interface IdGenerator {
  /** A new UUID version 7 (RFC 9562 section 5.7): ordered by time of creation. */
  readonly next: () => Uuid
}

export const systemIds: IdGenerator = { next: () => v7() as Uuid /* uuid writes the canonical lower-case form */ }
