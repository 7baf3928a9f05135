import { jwtVerify, type JWTPayload } from 'jose'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { KeysUnavailable, type KeySet } from '../../platform/crypto/key-set.ts'
import { VerifiedTokens } from '../../platform/crypto/verified-tokens.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'
import { assuranceOf, DEFAULT_ASSURANCE, type AssurancePolicy } from './assurance.ts'
import { readBearer } from './bearer.ts'

/** Asymmetric only: with a symmetric one, whoever can verify could sign. */
export const ACCEPTED_ALGORITHMS = ['EdDSA', 'ES256', 'PS256', 'RS256'] as const
export type AcceptedAlgorithm = (typeof ACCEPTED_ALGORITHMS)[number]

export interface TokenVerifierOptions {
  readonly issuer: string
  readonly audience: string
  readonly keys: KeySet
  readonly clock: Clock
  readonly log: Log
  readonly algorithms?: readonly AcceptedAlgorithm[]
  /** `optional`: a token without `kid` is checked against the one key of its kind (RFC 7515, 4.1.4). */
  readonly keyIds?: 'required' | 'optional'
  readonly clockToleranceSeconds?: number
  readonly assurance?: AssurancePolicy
  /** Verified tokens kept in memory. */
  readonly capacity?: number
}

/** Who is calling, and until when the proof of it is good: an open connection ends then. */
export interface Authentication {
  readonly principal: Principal
  readonly expiresAt: Date | undefined
}

export interface TokenVerifier {
  /**
   * Reads an `authorization` header, or the same text of a `connection_init` payload. Absent: anonymous. Throws
   * `UNAUTHENTICATED` for a credential that was sent and is bad, never saying why (the log does), and
   * `IDENTITY_UNAVAILABLE` while the issuer's keys were never read and cannot be.
   */
  readonly authenticate: (authorization: unknown) => Promise<Authentication>
}

const ANONYMOUS_AUTHENTICATION: Authentication = {
  principal: ANONYMOUS,
  expiresAt: undefined,
}
const MAXIMUM_SUBJECT_CHARACTERS = 255 // OpenID Connect Core, section 2

export const createTokenVerifier = ({
  issuer,
  audience,
  keys,
  clock,
  log,
  algorithms = ACCEPTED_ALGORITHMS,
  keyIds = 'required',
  clockToleranceSeconds = 5,
  assurance = DEFAULT_ASSURANCE,
  capacity = 10_000,
}: TokenVerifierOptions): TokenVerifier => {
  const verified = new VerifiedTokens<Authentication>(capacity)

  const refuse = (reason: unknown): never => {
    log.info({ err: reason }, 'a credential was refused')
    throw catalogued('UNAUTHENTICATED', {}, { cause: reason })
  }

  const claimsOf = async (token: string): Promise<JWTPayload> => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys.key, {
        issuer,
        audience,
        algorithms: [...algorithms],
        currentDate: clock.now(),
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['sub', 'exp'],
      })
      // A key set of one key would otherwise vouch for a token that names none.
      return protectedHeader.kid === undefined && keyIds === 'required' ? refuse(new Error('it names no key')) : payload
    } catch (error) {
      if (error instanceof KeysUnavailable) throw catalogued('IDENTITY_UNAVAILABLE', {}, { cause: error })
      return refuse(error)
    }
  }

  /** Reads these claims and no others: `role`, `scope`, `groups` and the like grant nothing (R2). */
  const principalOf = (claims: JWTPayload): Principal => {
    const { sub, sid } = claims
    if (typeof sub !== 'string' || sub === '' || sub.length > MAXIMUM_SUBJECT_CHARACTERS)
      return refuse(new Error('it has no subject'))
    return Object.freeze({
      kind: 'user',
      subject: sub,
      sessionId: typeof sid === 'string' && sid !== '' ? sid : undefined,
      authenticatedAt: signInTime(claims['auth_time']),
      assurance: assuranceOf({ acr: claims['acr'], amr: claims['amr'] }, assurance),
    })
  }

  /** A time yet to come would stay fresh for ever; it counts as none. */
  const signInTime = (seconds: unknown): Date | undefined => {
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined
    return seconds * 1000 > clock.now().getTime() + clockToleranceSeconds * 1000 ? undefined : new Date(seconds * 1000)
  }

  const verify = async (token: string): Promise<Authentication> => {
    const version = keys.version()
    const known = verified.get(token, clock.now().getTime(), version)
    if (known !== undefined) return known
    const claims = await claimsOf(token)
    const expiresAt = new Date(((claims.exp ?? 0) + clockToleranceSeconds) * 1000)
    const authentication = { principal: principalOf(claims), expiresAt }
    verified.set(token, authentication, expiresAt.getTime(), version)
    return authentication
  }

  return {
    authenticate: async (authorization) => {
      const bearer = readBearer(authorization)
      switch (bearer.kind) {
        case 'absent':
          return ANONYMOUS_AUTHENTICATION
        case 'malformed':
          return refuse(new Error('the authorization header is malformed'))
        case 'token':
          return verify(bearer.token)
      }
    },
  }
}
