import type { Access } from '../../platform/access/access.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { isLater, type Prompt } from '../execution/later.ts'
import type { Timed, Timeouts } from '../transport/timeouts.ts'
import type { RequestContext } from '../transport/transport.ts'

/** Resolves the grants of a caller, once for each operation: at once where they are held. Undefined: nobody's grants are known here. */
export type OpenAccess = (principal: Principal) => Prompt<Access>

/** One operation's context and its end. */
export interface OpenedContext {
  readonly request: RequestContext
  /** The client left: everything still under way for it stops. Nothing happens where it is answered already. */
  readonly cancel: () => void
  /** The operation is answered: its time is not counted any more. */
  readonly finish: () => void
}

export interface ContextOptions {
  readonly principal: Principal
  readonly correlationId: string
  readonly openAccess: OpenAccess | undefined
  /** How long operations take at most; undefined for subscriptions, which last. */
  readonly timeouts: Timeouts | undefined
}

/** Opens the context of one operation. Rejects with a catalogued error while grants cannot be read. */
export const openContext = (options: ContextOptions): Prompt<OpenedContext> => {
  const access = options.openAccess?.(options.principal)
  return isLater(access)
    ? access.then((later) => new OpenedOperation(options, later))
    : new OpenedOperation(options, access)
}

class OpenedOperation implements OpenedContext, Timed {
  readonly request: RequestContext
  readonly dueAt: number
  readonly #timeouts: Timeouts | undefined
  #isOver = false

  constructor({ principal, correlationId, openAccess, timeouts }: ContextOptions, access: Access | undefined) {
    this.#timeouts = timeouts
    this.dueAt = timeouts ? performance.now() + timeouts.ms : Infinity
    this.request = {
      principal,
      access,
      // Of what is over in seconds nobody asks again.
      renewAccess: openAccess && !timeouts ? () => openAccess(principal) : undefined,
      correlationId,
      cancellation: new Cancellation(),
      deadline: timeouts && this.dueAt,
      state: new Map(),
    }
    timeouts?.add(this)
  }

  timeOut(): void {
    this.request.cancellation.cancel(catalogued('REQUEST_TIMEOUT'))
  }

  cancel(): void {
    // Every connection of an answered request closes in the end, and a reason is dear to make.
    if (this.#isOver) return
    this.finish()
    this.request.cancellation.cancel(catalogued('REQUEST_CANCELLED'))
  }

  finish(): void {
    this.#isOver = true
    this.#timeouts?.delete(this)
  }
}
