import type { Brand } from './brand.ts'
import { ID_KINDS, type IdPrefix } from './kinds.ts'
import { err, ok, type Ok, type Result } from '../result/result.ts'

/** A UUID in its canonical lower-case text form. */
export type Uuid = Brand<string, 'Uuid'>

/**
 * An id of the graph, parsed: `<prefix>_<base64url(scope uuid ‖ local uuid)>`.
 * It is a claim about where the thing lives, never permission (authorization.md).
 */
export interface Id<Prefix extends IdPrefix = IdPrefix> {
  readonly prefix: Prefix
  /** The owner's UUID; equal to `local` for ids that are their own scope or the platform's. */
  readonly scope: Uuid
  readonly local: Uuid
  /** The text that clients see. One id has exactly one text. */
  readonly text: string
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Accepts the canonical lower-case form only. */
export const isUuid = (text: string): text is Uuid => UUID.test(text)

/** RFC 9562 section 4: five groups of hexadecimal digits. */
const hexOf = (uuid: Uuid): string =>
  uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)

/** The sixteen bytes of a UUID. */
export const uuidBytes = (uuid: Uuid): Buffer => Buffer.from(hexOf(uuid), 'hex')

/** The UUID of sixteen bytes. */
export const uuidOf = (bytes: Buffer): Uuid => {
  const hex = bytes.toString('hex')
  const text = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  return text as Uuid // sixteen bytes in hexadecimal, grouped as RFC 9562 section 4 says
}

const carriesOwner = (prefix: IdPrefix): boolean => !['self', 'platform'].includes(ID_KINDS[prefix])

/** Where the bytes of an id are put together, each before the next. */
const scratch = Buffer.alloc(32)

/** Writes the id of a thing that is its own scope (`org`, `prj`, `usr`) or the platform's. */
export const selfId = <P extends IdPrefix>(prefix: P, local: Uuid): Id<P> => ({
  prefix,
  scope: local,
  local,
  text: `${prefix}_${scratch.toString('base64url', 0, scratch.write(hexOf(local), 'hex'))}`,
})

/** Writes the id of a thing owned by an organization, a project or a user. */
export const ownedId = <P extends IdPrefix>(prefix: P, scope: Uuid, local: Uuid): Id<P> => ({
  prefix,
  scope,
  local,
  text: `${prefix}_${scratch.toString('base64url', 0, scratch.write(hexOf(scope) + hexOf(local), 'hex'))}`,
})

const INVALID = err('INVALID_ID' as const)

const isPrefix = (text: string): text is IdPrefix => Object.hasOwn(ID_KINDS, text)

const parseText = (text: string): Result<Id, 'INVALID_ID'> => {
  const prefix = text.slice(0, 3)
  if (text.charAt(3) !== '_' || !isPrefix(prefix)) return INVALID
  const encoded = text.slice(4)
  const bytes = Buffer.from(encoded, 'base64url')
  const isOwned = carriesOwner(prefix)
  if (bytes.length !== (isOwned ? 32 : 16) || bytes.toString('base64url') !== encoded) return INVALID
  const local = uuidOf(isOwned ? bytes.subarray(16) : bytes)
  return ok({ prefix, scope: isOwned ? uuidOf(bytes.subarray(0, 16)) : local, local, text })
}

const MAX_KEPT = 4_096
let kept = new Map<string, Ok<Id>>()
let keptBefore = new Map<string, Ok<Id>>()

/**
 * Parses any id of the graph. Refuses unknown prefixes, wrong lengths and non-canonical base64url. Those parsed last
 * are remembered, as one request has each of its ids parsed in several places.
 */
export const parseAnyId = (text: string): Result<Id, 'INVALID_ID'> => {
  const known = kept.get(text)
  if (known !== undefined) return known
  const parsed = keptBefore.get(text) ?? parseText(text)
  if (!parsed.ok) return parsed
  if (kept.size >= MAX_KEPT) {
    keptBefore = kept
    kept = new Map()
  }
  kept.set(text, parsed)
  return parsed
}

/** Parses an id that must be of one kind. */
export const parseId = <P extends IdPrefix>(prefix: P, text: string): Result<Id<P>, 'INVALID_ID'> => {
  const parsed = parseAnyId(text)
  if (!parsed.ok) return parsed
  return parsed.value.prefix === prefix ? ok(parsed.value as Id<P>) : err('INVALID_ID') // prefix just compared
}

export type OrganizationId = Id<'org'>
export type ProjectId = Id<'prj'>
export type UserId = Id<'usr'>
