import type { Access } from '../../platform/access/access.ts'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { OpenAccess } from '../http/operation-context.ts'

export interface CallerWatchParts {
  /** Undefined where nobody's grants are known: then nothing is ever revoked. */
  readonly openAccess: OpenAccess | undefined
  readonly watch: GrantWatch['watch'] | undefined
}

/** Watches until it is released whether the caller may be connected at all (R8). */
export type WatchCaller = (principal: Principal, onGone: () => void) => () => void

/** Whether no operation of the caller could be answered any more: disabled, or a key that is revoked or has expired. */
const isGone = ({ principal, grants }: Access): boolean =>
  grants.disabled || (principal.kind === 'service-account' && grants.projects.size === 0)

export const callerWatch = ({ openAccess, watch }: CallerWatchParts): WatchCaller => {
  if (!openAccess || !watch) return () => () => undefined
  return (principal, onGone) =>
    watch({
      principal,
      review: async () => {
        if (isGone(await openAccess(principal))) onGone()
      },
    })
}
