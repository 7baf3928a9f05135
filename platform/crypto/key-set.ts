import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

/** The public keys of one issuer, as a verifier sees them. */
export interface KeySet {
  /**
   * For jose's `jwtVerify`. Throws jose's `JWKSNoMatchingKey` for a key id that the issuer does not publish, and
   * `KeysUnavailable` when the issuer's keys were never read and cannot be read now.
   */
  readonly key: JWTVerifyGetKey
  /** Grows when a published key changed or went away: what was verified before must be verified again. */
  readonly version: () => number
}

/** The issuer could not be asked; nothing is known of the token. Retryable. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** Keys that are at hand: the issuer is in this process, or they come from a file. Reads them anew on each use. */
export const localKeySet = (read: () => JSONWebKeySet): KeySet => {
  let known = read()
  let resolve = createLocalJWKSet(known)
  let version = 0
  const current = () => {
    const latest = read()
    if (latest === known) return
    known = latest
    resolve = createLocalJWKSet(latest)
    version += 1
  }
  return {
    key: (header, token) => {
      current()
      return resolve(header, token)
    },
    version: () => {
      current()
      return version
    },
  }
}
