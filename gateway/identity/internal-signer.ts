import { createPrivateKey } from 'node:crypto'
import { SignJWT, type JSONWebKeySet } from 'jose'
import { INTERNAL_ISSUER, INTERNAL_TOKEN_SECONDS, INTERNAL_TOKEN_TYPE } from '../../platform/access/internal-token.ts'
import { encodePrincipal } from '../../platform/access/principal-claims.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { publicKeys, type KeyRing } from '../../platform/crypto/key-ring.ts'

export interface InternalSignerOptions {
  /** EdDSA keys, shared by all gateways of one deployment. */
  readonly keys: KeyRing
  readonly clock: Clock
  readonly issuer?: string
  /** At most 60. */
  readonly lifeSeconds?: number
  /** Tokens kept for reuse. */
  readonly capacity?: number
}

export interface InternalSigner {
  /**
   * A token that tells the subgraph `audience` who is calling. Signed once, reused until half of its life has passed;
   * at once where it is signed already.
   */
  readonly sign: (principal: Principal, audience: string) => string | Promise<string>
  /** For `/.well-known/jwks.json`. The same object until the keys change. */
  readonly jwks: () => JSONWebKeySet
  /** Signs with other keys from now on; tokens of keys that the new ring still holds stay valid. */
  readonly use: (keys: KeyRing) => void
}

interface Signed {
  token: string | Promise<string>
  readonly reusableUntil: number
}

/** What was signed for one principal, by audience. */
type SignedFor = Map<string, Signed>

export const createInternalSigner = ({
  keys,
  clock,
  issuer = INTERNAL_ISSUER,
  lifeSeconds = INTERNAL_TOKEN_SECONDS,
  capacity = 10_000,
}: InternalSignerOptions): InternalSigner => {
  if (lifeSeconds > INTERNAL_TOKEN_SECONDS) {
    throw new Error(`An internal token lives at most ${String(INTERNAL_TOKEN_SECONDS)} s, not ${String(lifeSeconds)}`)
  }
  let ring = signingRing(keys)
  const signed = new Map<string, Signed>()
  /** The same by the object that a verified token is kept with: requests that bring the token again are spared the name. */
  let byPrincipal = new WeakMap<Principal, SignedFor>()

  const remember = (principal: Principal, audience: string, token: Signed): void => {
    const known = byPrincipal.get(principal)
    if (known) known.set(audience, token)
    else byPrincipal.set(principal, new Map([[audience, token]]))
  }

  const create = (principal: Principal, audience: string, issuedAt: number): Promise<string> => {
    const { kid, key } = ring
    return new SignJWT({ ...encodePrincipal(principal) })
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: INTERNAL_TOKEN_TYPE })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifeSeconds)
      .sign(key)
  }

  return {
    sign: (principal, audience) => {
      const now = clock.now().getTime()
      const held = byPrincipal.get(principal)?.get(audience)
      if (held !== undefined && now < held.reusableUntil) return held.token
      // All that the token says: two sessions of one user, or two sign-ins, never share one.
      const name = JSON.stringify([audience, encodePrincipal(principal)])
      const known = signed.get(name)
      if (known !== undefined && now < known.reusableUntil) {
        // Only what is signed: a signature that is under way may fail, and is then to be tried anew.
        if (typeof known.token === 'string') remember(principal, audience, known)
        return known.token
      }
      const issuedAt = Math.floor(now / 1000)
      const token = create(principal, audience, issuedAt)
      const entry: Signed = { token, reusableUntil: (issuedAt + lifeSeconds / 2) * 1000 }
      signed.delete(name)
      signed.set(name, entry)
      token.then(
        (text) => {
          entry.token = text
          // Unless the keys have changed meanwhile.
          if (signed.get(name) === entry) remember(principal, audience, entry)
        },
        () => signed.delete(name),
      )
      if (signed.size > capacity) forgetOldest(signed)
      return token
    },
    jwks: () => ring.published,
    use: (next) => {
      ring = signingRing(next)
      signed.clear()
      byPrincipal = new WeakMap()
    },
  }
}

const signingRing = (keys: KeyRing) => {
  const [active] = keys
  if (active.alg !== 'EdDSA')
    throw new Error(`Internal tokens are signed with EdDSA, and the key ${active.kid} is for ${active.alg}`)
  return {
    kid: active.kid,
    key: createPrivateKey({ key: active, format: 'jwk' }),
    published: publicKeys(keys),
  }
}

/** The one signed longest ago: tokens are signed anew every half life, so that this is also nearly the stalest. */
const forgetOldest = (signed: Map<string, Signed>): void => {
  const oldest = signed.keys().next()
  if (oldest.done !== true) signed.delete(oldest.value)
}
