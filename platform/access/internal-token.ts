import { jwtVerify, type JWTPayload } from 'jose'
import type { Clock } from '../clock/clock.ts'
import { KeysUnavailable, type KeySet } from '../crypto/key-set.ts'
import { VerifiedTokens } from '../crypto/verified-tokens.ts'
import { catalogued } from '../errors/catalogue.ts'
import type { Log } from '../log/log.ts'
import { decodePrincipal } from './principal-claims.ts'
import type { Principal } from './principal.ts'

/** The header by which the gateway tells a subgraph who is calling. */
export const PRINCIPAL_HEADER = 'x-gpuaas-principal'
export const INTERNAL_ISSUER = 'gpuaas-gateway'
/** No internal token lives longer, whatever its signer wrote. */
export const INTERNAL_TOKEN_SECONDS = 60
export const INTERNAL_TOKEN_TYPE = 'gpuaas-principal+jwt'

const MAXIMUM_CHARACTERS = 16 * 1024

export interface InternalTokenVerifierOptions {
  /** The name of this subgraph: a token for another one is refused. */
  readonly audience: string
  readonly issuer?: string
  readonly keys: KeySet
  readonly clock: Clock
  readonly log: Log
  /** How far the clocks of two machines may be apart. */
  readonly clockToleranceSeconds?: number
  /** Verified tokens kept in memory. */
  readonly capacity?: number
}

export interface InternalTokenVerifier {
  /**
   * The principal that the gateway vouches for. Throws `UNAUTHENTICATED` for anything but a valid token, an absent one
   * included (R88), and `IDENTITY_UNAVAILABLE` while the gateway's keys were never read.
   *
   * A token may be presented again within its life of at most 60 s, by design: the gateway reuses one token for many
   * fetches. It travels on the internal network only, for one audience.
   */
  readonly verify: (token: string | undefined) => Promise<Principal>
}

export const createInternalTokenVerifier = ({
  audience,
  issuer = INTERNAL_ISSUER,
  keys,
  clock,
  log,
  clockToleranceSeconds = 5,
  capacity = 10_000,
}: InternalTokenVerifierOptions): InternalTokenVerifier => {
  // The gateway reuses a token for half a minute: one check of its signature serves all fetches of that time.
  const verified = new VerifiedTokens<Principal>(capacity)

  const refuse = (reason: unknown): never => {
    log.warn({ err: reason, audience }, 'an internal token was refused')
    throw catalogued('UNAUTHENTICATED', {}, { cause: reason })
  }

  const signedClaims = async (token: string): Promise<JWTPayload> => {
    try {
      const { payload } = await jwtVerify(token, keys.key, {
        issuer,
        audience,
        algorithms: ['EdDSA'],
        typ: INTERNAL_TOKEN_TYPE,
        currentDate: clock.now(),
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['sub', 'iat', 'exp'],
      })
      return payload
    } catch (error) {
      if (error instanceof KeysUnavailable) throw catalogued('IDENTITY_UNAVAILABLE', {}, { cause: error })
      return refuse(error)
    }
  }

  /** jose checks that `exp` lies ahead; a life longer than the bound, or one that begins later, must not be had by writing it. */
  const isShortLived = ({ iat, exp }: JWTPayload): boolean =>
    iat !== undefined &&
    exp !== undefined &&
    exp - iat <= INTERNAL_TOKEN_SECONDS &&
    iat <= clock.now().getTime() / 1000 + clockToleranceSeconds

  const principalOf = (claims: JWTPayload): Principal => {
    if (!isShortLived(claims)) return refuse(new Error('it claims a longer life than an internal token may have'))
    if (claims.aud !== audience) return refuse(new Error('it names several audiences'))
    return decodePrincipal(claims) ?? refuse(new Error('its claims are not those of a principal'))
  }

  return {
    verify: async (token) => {
      if (token === undefined || token === '') return refuse(new Error('there is none'))
      if (token.length > MAXIMUM_CHARACTERS) return refuse(new Error('it is too long'))
      const version = keys.version()
      const known = verified.get(token, clock.now().getTime(), version)
      if (known !== undefined) return known
      const claims = await signedClaims(token)
      const principal = principalOf(claims)
      verified.set(token, principal, ((claims.exp ?? 0) + clockToleranceSeconds) * 1000, version)
      return principal
    },
  }
}
