import { principalKey } from '../../../platform/access/principal.ts'

/** By which name every process caches what a user may do, whichever of their sessions asks. */
export const userPrincipal = (subject: string): string =>
  principalKey({ kind: 'user', subject, sessionId: undefined, authenticatedAt: undefined, assurance: 'single' })
