import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { ServiceAccountId } from '../service-account/model.ts'

export type ApiKeyId = Id<'key'>

export interface ApiKey {
  readonly id: ApiKeyId
  readonly serviceAccountId: ServiceAccountId
  readonly lastFour: string
  readonly capabilities: readonly string[]
  /** The text of the user's id. */
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly overlapEndsAt: Date | null
  readonly revokedAt: Date | null
}

export type ApiKeyState = 'ACTIVE' | 'ROTATING' | 'REVOKED' | 'EXPIRED'

const DAY_MS = 24 * 60 * 60_000
/** No key lives for ever. */
export const MAX_KEY_LIFE_MS = 365 * DAY_MS
export const MAX_OVERLAP_SECONDS = 7 * 24 * 60 * 60
/** How many keys of an account may be good at once. */
export const MAX_LIVE_KEYS = 10

/** What the columns say at a moment: time ends a key without anybody's doing. */
export const apiKeyState = ({ revokedAt, expiresAt, overlapEndsAt }: ApiKey, now: Date): ApiKeyState => {
  if (revokedAt !== null) return 'REVOKED'
  if (expiresAt <= now || (overlapEndsAt !== null && overlapEndsAt <= now)) return 'EXPIRED'
  return overlapEndsAt === null ? 'ACTIVE' : 'ROTATING'
}

/** The expiry that was asked for, in (now, now + a year]; a year when none was. */
export const expiryOf = (asked: Date | null | undefined, now: Date): Result<Date, 'EXPIRY_INVALID'> => {
  const latest = new Date(now.getTime() + MAX_KEY_LIFE_MS)
  if (asked === null || asked === undefined) return ok(latest)
  return asked > now && asked <= latest ? ok(asked) : err('EXPIRY_INVALID')
}

/** When a key that is replaced now stops: after the overlap, and never later than by itself. */
export const overlapEnd = (key: ApiKey, seconds: number, now: Date): Result<Date, 'OVERLAP_INVALID'> => {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_OVERLAP_SECONDS) return err('OVERLAP_INVALID')
  return ok(new Date(Math.min(now.getTime() + seconds * 1000, key.expiresAt.getTime())))
}

export interface GrantableCapabilities {
  /** What service accounts may have at all. */
  readonly ceiling: ReadonlySet<string>
  /** Whether the maker has it in this project now. */
  readonly held: (capability: string) => boolean
}

/** The capabilities of a new key, each once: no more than its maker has, nor than service accounts may have at all. */
export const keyCapabilities = (
  asked: readonly string[],
  { ceiling, held }: GrantableCapabilities,
): Result<readonly string[], 'CAPABILITIES_EMPTY' | 'CAPABILITY_NOT_GRANTABLE' | 'CAPABILITY_NOT_HELD'> => {
  const capabilities = [...new Set(asked)].toSorted()
  if (capabilities.length === 0) return err('CAPABILITIES_EMPTY')
  if (!capabilities.every((capability) => ceiling.has(capability))) return err('CAPABILITY_NOT_GRANTABLE')
  return capabilities.every(held) ? ok(capabilities) : err('CAPABILITY_NOT_HELD')
}

export const newApiKeyId = (account: ServiceAccountId, local: Uuid): ApiKeyId => ownedId('key', account.scope, local)

export type CreateApiKeyRefusal =
  | 'SERVICE_ACCOUNT_NOT_FOUND'
  | 'CAPABILITIES_EMPTY'
  | 'CAPABILITY_NOT_GRANTABLE'
  | 'CAPABILITY_NOT_HELD'
  | 'EXPIRY_INVALID'
  | 'LIMIT_REACHED'
export type RotateApiKeyRefusal =
  'NOT_FOUND' | 'NOT_ACTIVE' | 'OVERLAP_INVALID' | 'EXPIRY_INVALID' | 'CAPABILITY_NOT_HELD'
export type RevokeApiKeyRefusal = 'NOT_FOUND' | 'ALREADY_REVOKED'
