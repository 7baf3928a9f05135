import type { UserPrincipal } from './principal.ts'

/** Told of people who were let in, so that each sign-in of theirs becomes known once (R72). */
export interface SignInRecorder {
  /**
   * Never throws and never waits. The same sign-in may be told as often as one likes. False when too many wait to be
   * recorded: it is to be told again, at the caller's next request.
   */
  readonly record: (who: UserPrincipal) => boolean
}
