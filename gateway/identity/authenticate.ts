import { ANONYMOUS } from '../../platform/access/principal.ts'
import type { Authentication, TokenVerifier } from './token-verifier.ts'

/** Who is calling, by the `authorization` of a request or a `connection_init`. Throws the catalogued refusal. */
export type Authenticate = (authorization: unknown) => Promise<Authentication>

const NOBODY: Promise<Authentication> = Promise.resolve({ principal: ANONYMOUS, expiresAt: undefined })

/**
 * Without a verifier everybody is anonymous, whatever they send: the general gateway stands in front of graphs that
 * know nothing of its callers. What they sent is never forwarded.
 */
export const authenticator = (verifier: TokenVerifier | undefined): Authenticate =>
  verifier ? (authorization) => verifier.authenticate(authorization) : () => NOBODY
