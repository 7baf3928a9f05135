import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { fromBase62, toBase62 } from '../crypto/base62.ts'
import type { PepperedHash, Peppers } from '../crypto/peppers.ts'
import { uuidBytes, uuidOf, type Uuid } from '../ids/id.ts'

/**
 * The text of an API key: `gpk_`, the key's id in 22 digits to base 62, `_`, 256 random bits in 43 digits, and a CRC-32
 * of all that in 6. One word to select, one pattern to scan repositories for
 * (`gpk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}`), and a checksum that tells a scanner, and the gateway before any look-up, what
 * is no key.
 */
export interface ApiKeyText {
  readonly keyId: Uuid
  readonly secret: Uint8Array
}

const PREFIX = 'gpk_'
const PATTERN = /^gpk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/
const [ID_DIGITS, SECRET_DIGITS, CHECK_DIGITS] = [22, 43, 6]
const SECRET_BYTES = 32

const checkOf = (text: string): string => {
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(text))
  return toBase62(check, CHECK_DIGITS)
}

/** Whether a bearer text means to be an API key: whose kind of credential it is, never whether it is good. */
export const isApiKeyText = (text: string): boolean => text.startsWith(PREFIX)

export const newApiKeySecret = (): Buffer => randomBytes(SECRET_BYTES)

/** The part that may be shown and stored: it finds the key, and lets nobody in. */
export const apiKeyPrefix = (keyId: Uuid): string => `${PREFIX}${toBase62(uuidBytes(keyId), ID_DIGITS)}`

export const printApiKey = ({ keyId, secret }: ApiKeyText): string => {
  const text = `${apiKeyPrefix(keyId)}_${toBase62(secret, SECRET_DIGITS)}`
  return text + checkOf(text)
}

/** Undefined for what is no key: wrong digits, wrong lengths, a wrong checksum. */
export const parseApiKey = (text: string): ApiKeyText | undefined => {
  if (!PATTERN.test(text) || checkOf(text.slice(0, -CHECK_DIGITS)) !== text.slice(-CHECK_DIGITS)) return undefined
  const idEnd = PREFIX.length + ID_DIGITS
  const id = fromBase62(text.slice(PREFIX.length, idEnd), 16)
  const secret = fromBase62(text.slice(idEnd + 1, -CHECK_DIGITS), SECRET_BYTES)
  return id && secret && { keyId: uuidOf(id), secret }
}

/** A hash binds the secret to its key: moved to another key's row it matches nothing. */
export const hashApiKey = (peppers: Peppers, { keyId, secret }: ApiKeyText): PepperedHash => peppers.hash(keyId, secret)

export const matchesApiKey = (peppers: Peppers, { keyId, secret }: ApiKeyText, known: PepperedHash | undefined) =>
  peppers.matches(keyId, secret, known)
