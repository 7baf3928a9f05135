import type { Access } from '../../platform/access/access.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import type { RequestContext } from '../transport/transport.ts'

/** Resolves the grants of a caller, once for each operation. Undefined: nobody's grants are known here. */
export type OpenAccess = (principal: Principal) => Promise<Access>

/** One operation's context and its end. */
export interface OpenedContext {
  readonly request: RequestContext
  /** The client left: everything still under way for it stops. */
  readonly cancel: () => void
  /** The operation is answered: its timer stops. */
  readonly finish: () => void
}

export interface ContextOptions {
  readonly principal: Principal
  readonly correlationId: string
  readonly openAccess: OpenAccess | undefined
  /** Undefined for subscriptions, which last. */
  readonly timeoutMs: number | undefined
}

/** Opens the context of one operation. Rejects with a catalogued error while grants cannot be read. */
export const openContext = async ({
  principal,
  correlationId,
  openAccess,
  timeoutMs,
}: ContextOptions): Promise<OpenedContext> => {
  const access = await openAccess?.(principal)
  const controller = new AbortController()
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => controller.abort(catalogued('REQUEST_TIMEOUT')), timeoutMs)
  return {
    request: {
      principal,
      access,
      ...(openAccess && { renewAccess: () => openAccess(principal) }),
      correlationId,
      signal: controller.signal,
      deadline: timeoutMs === undefined ? undefined : performance.now() + timeoutMs,
      state: new Map(),
    },
    cancel: () => {
      clearTimeout(timer)
      controller.abort(catalogued('REQUEST_CANCELLED'))
    },
    finish: () => clearTimeout(timer),
  }
}
