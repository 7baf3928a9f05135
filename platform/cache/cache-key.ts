import type { CacheKey } from './cache.ts'

/** Code units, not characters: half a surrogate pair has a text of its own, too. */
const escape = (part: string): string =>
  part.replaceAll(/[^\w.-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * The text of a key. Every part is escaped and ended by `:`, so that no two keys share a text, and the text of a key
 * begins with that of another only when its parts do (R98): `tenant a` is no prefix of `tenant ab`.
 */
export const keyText = (key: CacheKey): string => key.map((part) => `${escape(part)}:`).join('')

/** Times to live are whole milliseconds, at least one. */
export const checkTtl = (ttlMs: number): number => {
  if (!Number.isFinite(ttlMs) || ttlMs <= 0)
    throw new RangeError(`A time to live must be positive: ${ttlMs.toString()}`)
  return Math.ceil(ttlMs)
}
