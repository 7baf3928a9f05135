import { withAbort } from '../streams/abortable-events.ts'
import type { InternalSigner } from '../identity/internal-signer.ts'
import { HeldSubscription } from './held-subscription.ts'
import { SubscriptionSocket } from './subscription-socket.ts'
import type { PreparedFetch, RequestContext, Resumption, SubgraphResult } from './transport.ts'

/** The one connection over which a gateway holds its subscriptions in one subgraph. */
export interface SubgraphSocket {
  readonly subscribe: (
    fetch: PreparedFetch,
    variables: Readonly<Record<string, unknown>>,
    request: RequestContext,
    resumption?: Resumption,
  ) => Promise<AsyncIterableIterator<SubgraphResult>>
  /** What is open ends with `SUBGRAPH_UNAVAILABLE`; nothing is left that would keep the process alive. */
  readonly close: () => Promise<void>
}

export interface SubgraphSocketOptions {
  readonly name: string
  readonly url: string
  readonly maxResponseBytes: number
  readonly sign?: InternalSigner['sign'] | undefined
  /** How long a lost connection is tried to be opened again before its subscriptions end: the time of a restart. */
  readonly reconnectForMs?: number | undefined
}

const IDLE_CLOSE_MS = 10_000
const ANSWER_MS = 12_000
const RECONNECT_FOR_MS = 60_000

/**
 * Opened by the first subscription, shared by all, closed when idle. A subscription that loses the connection
 * subscribes again, with a token signed anew (the one before may have expired meanwhile), and goes on behind its last
 * event where its events say where that is. One whose events do not misses what happened meanwhile.
 */
export const createSubgraphSocket = (options: SubgraphSocketOptions): SubgraphSocket => {
  const { reconnectForMs = RECONNECT_FOR_MS } = options
  const held = new Set<HeldSubscription>()
  let connectedAt: number | undefined
  const socket = new SubscriptionSocket({
    url: options.url.replace(/^http/, 'ws'),
    idleMs: IDLE_CLOSE_MS,
    answerMs: ANSWER_MS,
    maxMessageBytes: options.maxResponseBytes,
    onConnected: () => (connectedAt = performance.now()),
  })

  return {
    subscribe: async (fetch, variables, request, resumption) => {
      const subscription = new HeldSubscription({
        ...options,
        socket,
        reconnectForMs,
        connectedAt: () => connectedAt,
        first: { fetch, variables },
        request,
        resumption,
        onEnd: () => held.delete(subscription),
      })
      held.add(subscription)
      return withAbort(await subscription.open(), request.cancellation.signal)
    },
    close: async () => {
      for (const subscription of held) subscription.lose()
      await socket.close()
    },
  }
}
