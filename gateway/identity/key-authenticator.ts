import { catalogued } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'
import { readBearer } from './bearer.ts'
import type { Authentication, TokenVerifier } from './token-verifier.ts'

/** Credentials of programs, sent where a token would be. A port: who keeps the keys says what they look like. */
export interface KeyAuthenticator {
  /** Whether a bearer text means to be a key; what does not is a token. Never whether it is good. */
  readonly recognizes: (bearer: string) => boolean
  /** Undefined for a key that lets nobody in, whatever the reason. Rejects when that cannot be known now. */
  readonly authenticate: (bearer: string) => Promise<Authentication | undefined>
}

export interface KeysBesideTokens {
  readonly tokens: Pick<TokenVerifier, 'authenticate'>
  readonly keys: KeyAuthenticator
  readonly log: Log
}

/** Lets programs in by their keys and everybody else by tokens. A bad key is `UNAUTHENTICATED`, and never says why. */
export const acceptKeys = ({ tokens, keys, log }: KeysBesideTokens): TokenVerifier => ({
  authenticate: (authorization, connection) => {
    const bearer = readBearer(authorization)
    if (bearer.kind !== 'token' || !keys.recognizes(bearer.token)) return tokens.authenticate(authorization, connection)
    return holderOf(bearer.token, keys, log)
  },
})

const holderOf = async (key: string, keys: KeyAuthenticator, log: Log): Promise<Authentication> => {
  const found = await keys.authenticate(key)
  if (found !== undefined) return found
  log.info('an API key was refused')
  throw catalogued('UNAUTHENTICATED')
}
