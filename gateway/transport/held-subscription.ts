import type { InternalSigner } from '../identity/internal-signer.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { CORRELATION_HEADER } from '../../platform/log/correlation.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import { toCatalogued } from '../execution/subgraph-error.ts'
import { EventQueue } from '../streams/event-queue.ts'
import { isResult } from './http-result.ts'
import type { SubscriptionSocket } from './subscription-socket.ts'
import type { PreparedFetch, RequestContext, Resumption, SubgraphError, SubgraphResult } from './transport.ts'

export interface HeldSubscriptionParts {
  readonly socket: Pick<SubscriptionSocket, 'subscribe'>
  readonly name: string
  readonly sign?: InternalSigner['sign'] | undefined
  readonly reconnectForMs: number
  /** When the connection was opened last, by `performance.now()`. */
  readonly connectedAt: () => number | undefined
  readonly first: { readonly fetch: PreparedFetch; readonly variables: Readonly<Record<string, unknown>> }
  readonly request: RequestContext
  readonly resumption: Resumption | undefined
  readonly onEnd: () => void
}

/** Events that one subscription may have waiting before it is ended as too slow. */
const MAX_WAITING = 1000
/** A connection that held for so long was a good one: losing it is a new loss, and not the same once more. */
const STABLE_MS = 5000
/** Where nothing was ever connected a caller is not kept waiting for a restart. */
const FIRST_CONNECT_FOR_MS = 3000

/** One subscription in a subgraph, held over the losses of its connection. */
export class HeldSubscription {
  readonly #parts: HeldSubscriptionParts
  readonly #queue = new EventQueue<SubgraphResult>(MAX_WAITING)
  #cursor: string | undefined
  #attempts = 0
  #lostAt: number | undefined
  #unsubscribe: () => void = () => undefined
  #retry: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(parts: HeldSubscriptionParts) {
    this.#parts = parts
  }

  /** Rejects where it cannot be asked for at all; it is over then. */
  async open(): Promise<AsyncIterableIterator<SubgraphResult>> {
    try {
      await this.#start()
    } catch (error) {
      this.lose()
      throw error
    }
    return this.#queue.events(() => this.#stop())
  }

  async #start(): Promise<void> {
    const { socket, name, sign, first, request, resumption } = this.#parts
    const principal = await sign?.(request.principal, name)
    if (this.#isStopped) return
    const { fetch, variables } = this.#cursor === undefined || !resumption ? first : resumption.after(this.#cursor)
    this.#unsubscribe = socket.subscribe(
      {
        query: fetch.operation,
        operationName: fetch.operationName ?? null,
        variables: { ...variables },
        // The connection is shared: each subscription says for itself who it is for.
        extensions: { [CORRELATION_HEADER]: request.correlationId, ...(principal !== undefined && { principal }) },
      },
      {
        next: (received: unknown) => this.#take(received),
        refused: (errors: unknown) => this.#refused(Array.isArray(errors) ? errors : []),
        lost: () => this.#again(),
        complete: () => this.#queue.end(),
      },
    )
  }

  /** The subgraph is given up. */
  lose(): void {
    this.#queue.fail(catalogued('SUBGRAPH_UNAVAILABLE'))
    this.#stop()
  }

  #take(received: unknown): void {
    this.#attempts = 0
    this.#lostAt = undefined
    if (!isResult(received)) {
      this.#queue.push({ errors: [toGraphQLError(catalogued('SUBGRAPH_INVALID_RESPONSE'))] })
      return
    }
    this.#cursor = this.#parts.resumption?.cursorOf(received) ?? this.#cursor
    this.#queue.push(received)
  }

  #refused([error]: readonly SubgraphError[]): void {
    this.#queue.fail(error ? toCatalogued(error) : catalogued('SUBGRAPH_INVALID_RESPONSE'))
  }

  #again(): void {
    if (this.#isStopped) return
    const now = performance.now()
    const connectedAt = this.#parts.connectedAt()
    if (
      this.#lostAt === undefined ||
      (connectedAt !== undefined && now - connectedAt > STABLE_MS && connectedAt > this.#lostAt)
    ) {
      this.#lostAt = now
      this.#attempts = 0
    }
    const patience = connectedAt === undefined ? FIRST_CONNECT_FOR_MS : this.#parts.reconnectForMs
    if (now - this.#lostAt >= Math.min(patience, this.#parts.reconnectForMs)) return this.lose()
    const waitMs = Math.min(50 * 2 ** this.#attempts++, 2000) * (0.5 + Math.random() / 2)
    this.#retry = setTimeout(() => {
      this.#start().catch(() => this.#again())
    }, waitMs)
  }

  #stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    clearTimeout(this.#retry)
    this.#unsubscribe()
    this.#parts.onEnd()
  }
}
