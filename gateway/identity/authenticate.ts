import { ANONYMOUS } from '../../platform/access/principal.ts'
import type { Prompt } from '../execution/later.ts'
import type { Authentication, TokenVerifier } from './token-verifier.ts'

/**
 * Who is calling, by the `authorization` of a request or a `connection_init`: at once where it is known. Rejects with the
 * catalogued refusal. `connection`: what brought it, on which the same text is not read a second time.
 */
export type Authenticate = (authorization: unknown, connection?: object) => Prompt<Authentication>

const NOBODY: Authentication = { principal: ANONYMOUS, expiresAt: undefined }

/**
 * Without a verifier everybody is anonymous, whatever they send: the general gateway stands in front of graphs that
 * know nothing of its callers. What they sent is never forwarded.
 */
export const authenticator = (verifier: TokenVerifier | undefined): Authenticate =>
  verifier?.authenticate ?? (() => NOBODY)
