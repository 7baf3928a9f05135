import { principalKey } from '../../platform/access/principal.ts'
import type { Authentication } from '../identity/token-verifier.ts'
import type { Connections } from './connections.ts'
import type { Deadlines } from './deadlines.ts'
import type { WatchCaller } from './watch-caller.ts'

export interface CallerParts {
  readonly connections: Connections
  readonly deadlines: Deadlines
  readonly watchCaller: WatchCaller
}

/**
 * One of the caller's connections, for as long as they may stay: `onGone` is told why they may not any more. Gives what
 * releases it; undefined where the caller has all the connections that one may have.
 */
export const holdCaller = (
  { connections, deadlines, watchCaller }: CallerParts,
  { principal, expiresAt }: Authentication,
  onGone: (reason: string) => void,
): (() => void) | undefined => {
  const place = principal.kind === 'anonymous' ? nowhere : connections.principals.take(principalKey(principal))
  if (!place) return undefined
  const prevent = expiresAt && deadlines.at(expiresAt, () => onGone('The token has expired'))
  const unwatch = watchCaller(principal, () => onGone('No longer permitted'))
  return () => {
    place()
    prevent?.()
    unwatch()
  }
}

const nowhere = (): void => undefined
