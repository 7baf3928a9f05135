import { isLater } from '../execution/later.ts'
import type { Authentication, TokenVerifier } from './token-verifier.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { SignInRecorder } from '../../platform/access/sign-ins.ts'

export interface ToldSignIns {
  /** Gives the same principal again for a token that it remembers. */
  readonly tokens: Pick<TokenVerifier, 'authenticate'>
  readonly signIns: SignInRecorder
}

/** Tells who was let in by a token, once for each token that is remembered: a request that shows it again costs a look-up. */
export const tellSignIns = ({ tokens, signIns }: ToldSignIns): TokenVerifier => {
  const told = new WeakSet<Principal>()
  const tell = (authentication: Authentication): Authentication => {
    const { principal } = authentication
    if (principal.kind === 'user' && !told.has(principal) && signIns.record(principal)) told.add(principal)
    return authentication
  }
  return {
    authenticate: (authorization, connection) => {
      const found = tokens.authenticate(authorization, connection)
      return isLater(found) ? found.then(tell) : tell(found)
    },
  }
}
