import type { ScopeKey } from './scope-key.ts'
import type { Id } from '../ids/id.ts'
import { parseAnyId } from '../ids/id.ts'
import { ID_KINDS } from '../ids/kinds.ts'
import { err, ok, type Result } from '../result/result.ts'

/** An id as a resolver or a representation holds it: the text of the graph, or already parsed. */
export type IdText = string | Id

/** The id in a value that this process made; undefined when it is none. Never for what came over a wire. */
export const asIdText = (value: unknown): IdText | undefined => {
  if (typeof value === 'string') return value
  return isId(value) ? value : undefined
}

const isId = (value: unknown): value is Id =>
  typeof value === 'object' && value !== null && 'prefix' in value && 'scope' in value && 'text' in value

/** How the scope is read from an id. A port: a graph whose ids are plain brings another. */
export interface ScopeIds {
  readonly project: (id: IdText) => Result<ScopeKey, 'INVALID_ID'>
  readonly organization: (id: IdText) => Result<ScopeKey, 'INVALID_ID'>
  /** The user an id belongs to; undefined where it says nothing about a user. */
  readonly user: (id: IdText) => Result<ScopeKey | undefined, 'INVALID_ID'>
  /** Equal for ids of one kind and one scope; may differ for some of them. Spares parsing each row of a list. */
  readonly sameScope: (text: string) => string
}

// `alc_` and 43 characters of base64url. The first 22 of them hold the 16 bytes of the owner, and 4 bits of the local
// id: the highest of a UUIDv7's timestamp, zero for centuries.
const OWNED_LENGTH = 47
const OWNER_END = 26

const parsed = (id: IdText): Result<Id, 'INVALID_ID'> => (typeof id === 'string' ? parseAnyId(id) : ok(id))

/** Ids of this product: `prj_…` is a project, and everything a project owns carries it; organizations likewise. */
export const scopeCarryingIds: ScopeIds = {
  project: (text) => {
    const id = parsed(text)
    if (!id.ok) return id
    return id.value.prefix === 'prj' || ID_KINDS[id.value.prefix] === 'project' ? ok(id.value.scope) : err('INVALID_ID')
  },
  organization: (text) => {
    const id = parsed(text)
    if (!id.ok) return id
    const bound = id.value.prefix === 'org' || ID_KINDS[id.value.prefix] === 'organization'
    return bound ? ok(id.value.scope) : err('INVALID_ID')
  },
  user: (text) => {
    const id = parsed(text)
    if (!id.ok) return id
    // What belongs to a project or an organization is nobody's own.
    const bound = id.value.prefix === 'usr' || ID_KINDS[id.value.prefix] === 'user'
    return bound ? ok(id.value.scope) : err('INVALID_ID')
  },
  sameScope: (text) => (text.length === OWNED_LENGTH ? text.slice(0, OWNER_END) : text),
}
