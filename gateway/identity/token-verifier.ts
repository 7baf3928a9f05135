import { jwtVerify, type JWTPayload } from 'jose'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { KeysUnavailable, type KeySet } from '../../platform/crypto/key-set.ts'
import { VerifiedTokens } from '../../platform/crypto/verified-tokens.ts'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'
import { isLater, type Prompt } from '../execution/later.ts'
import { assuranceOf, DEFAULT_ASSURANCE, type AssurancePolicy } from './assurance.ts'
import type { Authenticate } from './authenticate.ts'
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

/** What a connection showed last, and by which keys it was found good. */
interface Shown {
  readonly authorization: unknown
  readonly authentication: Authentication
  readonly expiresAt: number
  readonly version: number
}

export interface TokenVerifier {
  /**
   * Reads an `authorization` header, or the same text of a `connection_init` payload; at once where it is remembered.
   * Absent: anonymous. Rejects with `UNAUTHENTICATED` for a credential that was sent and is bad, never saying why (the
   * log does), and `IDENTITY_UNAVAILABLE` while the issuer's keys were never read and cannot be. `connection`: what
   * brought it; the text that it brought last is kept for as long as it is open, and is known again without a look at it.
   */
  readonly authenticate: Authenticate
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
  const shown = new WeakMap<object, Shown>()

  const refusal = (reason: unknown): CataloguedError => {
    log.info({ err: reason }, 'a credential was refused')
    return catalogued('UNAUTHENTICATED', {}, { cause: reason })
  }
  const refuse = (reason: unknown): never => {
    throw refusal(reason)
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

  const verify = async (token: string, version: number): Promise<Authentication> => {
    const claims = await claimsOf(token)
    const expiresAt = new Date(((claims.exp ?? 0) + clockToleranceSeconds) * 1000)
    const authentication = { principal: principalOf(claims), expiresAt }
    verified.set(token, authentication, expiresAt.getTime(), version)
    return authentication
  }

  const read = (authorization: unknown, now: number, version: number): Prompt<Authentication> => {
    const bearer = readBearer(authorization)
    switch (bearer.kind) {
      case 'absent':
        return ANONYMOUS_AUTHENTICATION
      case 'malformed':
        return Promise.reject(refusal(new Error('the authorization header is malformed')))
      case 'token':
        return verified.get(bearer.token, now, version) ?? verify(bearer.token, version)
    }
  }

  return {
    authenticate: (authorization, connection) => {
      const now = clock.now().getTime()
      const version = keys.version()
      const last = connection && shown.get(connection)
      if (last && now >= last.expiresAt) shown.delete(connection)
      if (last && last.authorization === authorization && last.version === version && now < last.expiresAt)
        return last.authentication
      const authentication = read(authorization, now, version)
      if (connection && !isLater(authentication) && authentication.expiresAt) {
        const expiresAt = authentication.expiresAt.getTime()
        shown.set(connection, { authorization, authentication, expiresAt, version })
      }
      return authentication
    },
  }
}
