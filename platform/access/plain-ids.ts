import type { IdText, ScopeIds } from './scope-ids.ts'
import { plainKey, type ScopeKey } from './scope-key.ts'
import { isUuid } from '../ids/id.ts'
import { ID_KINDS, type IdScope } from '../ids/kinds.ts'
import { err, ok, type Result } from '../result/result.ts'

/** What the form of an id says by itself. */
type Reading =
  /** `prj_…` and the like: 16 bytes, its own scope. */
  | { readonly form: 'itself'; readonly prefix: string; readonly key: ScopeKey }
  /** `<prefix>_<base64url(scope uuid ‖ local uuid)>`; `owner` where the prefix is one of the closed list. */
  | { readonly form: 'owned'; readonly owner: IdScope | undefined; readonly key: ScopeKey }
  | { readonly form: 'plain' }
  /** It has the form and is none: another kind's prefix, or a second spelling of the same bytes. */
  | { readonly form: 'broken' }

// 32 bytes are 43 characters of base64url, 16 bytes are 22.
const OWNED = /^([a-z][a-z0-9]{0,15})_([\w-]{43})$/
const ITSELF = /^([a-z]{3})_([\w-]{22})$/
const PLAIN: Reading = { form: 'plain' }
const BROKEN: Reading = { form: 'broken' }

const kindOf = (prefix: string): IdScope | undefined =>
  Object.hasOwn(ID_KINDS, prefix) ? ID_KINDS[prefix as keyof typeof ID_KINDS] : undefined // an own key, as was just asked

const isSelfScoped = (kind: IdScope | undefined): boolean => kind === 'self' || kind === 'platform'

/** The first 16 bytes as a UUID; undefined for a text that another one already stands for. */
const scopeIn = (body: string): ScopeKey | undefined => {
  const bytes = Buffer.from(body, 'base64url')
  if (bytes.toString('base64url') !== body) return undefined
  const hex = bytes.subarray(0, 16).toString('hex')
  const text = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  return isUuid(text) ? text : undefined
}

const read = (text: string): Reading => {
  const [, ownedPrefix, owned] = OWNED.exec(text) ?? []
  if (ownedPrefix !== undefined && owned !== undefined) {
    const owner = kindOf(ownedPrefix)
    const key = scopeIn(owned)
    return key === undefined || isSelfScoped(owner) ? BROKEN : { form: 'owned', owner, key }
  }
  const [, prefix, own] = ITSELF.exec(text) ?? []
  if (prefix === undefined || own === undefined || !isSelfScoped(kindOf(prefix))) return PLAIN
  const key = scopeIn(own)
  return key === undefined ? BROKEN : { form: 'itself', prefix, key }
}

const textOf = (id: IdText): string => (typeof id === 'string' ? id : id.text)

const scopeOf =
  (itself: 'prj' | 'org', owner: 'project' | 'organization') =>
  (id: IdText): Result<ScopeKey, 'INVALID_ID'> => {
    const text = textOf(id)
    const reading = read(text)
    switch (reading.form) {
      case 'itself':
        return reading.prefix === itself ? ok(reading.key) : err('INVALID_ID')
      case 'owned':
        return reading.owner === owner || reading.owner === undefined ? ok(reading.key) : err('INVALID_ID')
      case 'plain':
        return plainKey(text)
      case 'broken':
        return err('INVALID_ID')
    }
  }

/**
 * Ids of any graph: one in the scope-carrying form carries its project or organization, whatever its prefix; any other
 * text is the plain id of the project or organization itself, and equals nothing but itself. A `prj_…` id and the UUID
 * inside it are one project. An id that this product's prefixes give to another kind of scope is `INVALID_ID`.
 */
export const plainOrCarryingIds: ScopeIds = {
  project: scopeOf('prj', 'project'),
  organization: scopeOf('org', 'organization'),
  user: (id) => {
    const reading = read(textOf(id))
    if (reading.form === 'broken') return err('INVALID_ID')
    const isUsers =
      (reading.form === 'itself' && reading.prefix === 'usr') || (reading.form === 'owned' && reading.owner === 'user')
    return ok(isUsers ? reading.key : undefined)
  },
  // Foreign ids are decided by their whole text: of what two of them share, nothing is known.
  sameScope: (text) => text,
}

/**
 * Whether a text names a project or organization, rather than a thing inside one: what a list of grants may hold as
 * a key.
 */
export const namesScope = (text: string): boolean => read(text).form !== 'owned'
