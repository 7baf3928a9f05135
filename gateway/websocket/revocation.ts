import type { Access } from '../../platform/access/access.ts'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import type { Engine, IncomingOperation } from '../execution/engine.ts'
import type { OpenAccess } from '../http/operation-context.ts'
import type { RequestContext } from '../transport/transport.ts'
import type { Connection } from './connection.ts'

export interface RevocationParts {
  /** Undefined where nobody's grants are known: then nothing is ever revoked. */
  readonly openAccess: OpenAccess | undefined
  readonly watch: GrantWatch['watch'] | undefined
}

/** A subscription that a connection has open. */
export interface OpenSubscription {
  readonly engine: Engine
  readonly incoming: IncomingOperation
  readonly request: RequestContext
  readonly fail: (error: Error) => void
}

const NOTHING = (): void => undefined

/** Whether no operation of the caller could be answered any more: disabled, or a key that is revoked or has expired. */
const isGone = ({ principal, grants }: Access): boolean =>
  grants.disabled || (principal.kind === 'service-account' && grants.projects.size === 0)

/**
 * Ends what a revoked permission left open (R8, R9): the connection of somebody who is disabled or whose key is
 * revoked, by close code 4403; a subscription that could not begin now, by an `error` message with the code of the
 * denial. The other subscriptions of the connection go on.
 */
export const revocation = ({ openAccess, watch }: RevocationParts) => ({
  /** Watches over a connection until it is released. */
  connection: (connection: Connection): (() => void) => {
    if (!openAccess || !watch) return NOTHING
    const { principal } = connection
    return watch({
      principal,
      review: async () => {
        if (isGone(await openAccess(principal))) connection.forbid('No longer permitted')
      },
    })
  },
  /** Watches over a subscription until its request is over. */
  subscription: ({ engine, incoming, request, fail }: OpenSubscription): void => {
    if (!openAccess || !watch || request.signal.aborted) return
    const release = watch({
      principal: request.principal,
      review: async () => {
        const denied = engine.review(incoming, { ...request, access: await openAccess(request.principal) })
        if (denied) fail(denied)
      },
    })
    request.signal.addEventListener('abort', release, { once: true })
  },
})
