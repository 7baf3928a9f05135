import { createClient, type Client } from 'graphql-ws'
import { WebSocket } from 'ws'
import { catalogued } from '../../platform/errors/catalogue.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { CORRELATION_HEADER } from '../../platform/log/correlation.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import { isResult } from './http-result.ts'
import { withAbort } from '../streams/abortable-events.ts'
import { EventQueue } from '../streams/event-queue.ts'
import type { PreparedFetch, RequestContext, SubgraphResult } from './transport.ts'

/** The one connection over which a gateway holds its subscriptions in one subgraph. */
export interface SubgraphSocket {
  readonly subscribe: (
    fetch: PreparedFetch,
    variables: Readonly<Record<string, unknown>>,
    request: RequestContext,
  ) => Promise<AsyncIterableIterator<SubgraphResult>>
  readonly close: () => Promise<void>
}

export interface SubgraphSocketOptions {
  readonly name: string
  readonly url: string
  readonly sign?: ((principal: Principal, audience: string) => Promise<string>) | undefined
}

const MAX_ATTEMPTS = 6
/** Events that one subscription may have waiting before it is ended as too slow. */
const MAX_WAITING = 1000
const IDLE_CLOSE_MS = 10_000

/**
 * Opened by the first subscription, shared by all, closed when idle. A subscription that loses the connection
 * subscribes again, with a token signed anew: the one before may have expired meanwhile.
 */
export const createSubgraphSocket = (options: SubgraphSocketOptions): SubgraphSocket => {
  let client: Client | undefined
  const open = (): Client =>
    (client ??= createClient({
      url: options.url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      lazy: true,
      lazyCloseTimeout: IDLE_CLOSE_MS,
      retryAttempts: 0,
    }))
  return {
    subscribe: async (fetch, variables, request) => {
      const subscription = new SharedSubscription(open(), options, fetch, variables, request)
      await subscription.start()
      return withAbort(subscription.events(), request.signal)
    },
    close: async () => {
      await client?.dispose()
      client = undefined
    },
  }
}

class SharedSubscription {
  readonly #client: Client
  readonly #options: SubgraphSocketOptions
  readonly #fetch: PreparedFetch
  readonly #variables: Readonly<Record<string, unknown>>
  readonly #request: RequestContext
  readonly #queue = new EventQueue<SubgraphResult>(MAX_WAITING)
  #attempts = 0
  #unsubscribe: () => void = () => undefined
  #retry: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(
    client: Client,
    options: SubgraphSocketOptions,
    fetch: PreparedFetch,
    variables: Readonly<Record<string, unknown>>,
    request: RequestContext,
  ) {
    this.#client = client
    this.#options = options
    this.#fetch = fetch
    this.#variables = variables
    this.#request = request
  }

  async start(): Promise<void> {
    const { name, sign } = this.#options
    const principal = await sign?.(this.#request.principal, name)
    if (this.#isStopped) return
    this.#unsubscribe = this.#client.subscribe(
      {
        query: this.#fetch.operation,
        operationName: this.#fetch.operationName ?? null,
        variables: { ...this.#variables },
        // The connection is shared: each subscription says for itself who it is for.
        extensions: {
          [CORRELATION_HEADER]: this.#request.correlationId,
          ...(principal !== undefined && { principal }),
        },
      },
      {
        next: (result) => {
          this.#attempts = 0
          const received: unknown = result
          this.#queue.push(
            isResult(received) ? received : { errors: [toGraphQLError(catalogued('SUBGRAPH_INVALID_RESPONSE'))] },
          )
        },
        // A list of errors is the subgraph's refusal; anything else is a connection that failed.
        error: (error) => (Array.isArray(error) ? this.#queue.end({ errors: error }) : this.#again()),
        complete: () => this.#queue.end(),
      },
    )
  }

  events(): AsyncIterableIterator<SubgraphResult> {
    return this.#queue.events(() => this.#stop())
  }

  #again(): void {
    this.#attempts++
    if (this.#isStopped) return
    if (this.#attempts >= MAX_ATTEMPTS) {
      this.#queue.end({ errors: [toGraphQLError(catalogued('SUBGRAPH_UNAVAILABLE'))] })
      return
    }
    this.#retry = setTimeout(
      () => {
        this.start().catch(() => this.#queue.end({ errors: [toGraphQLError(catalogued('SUBGRAPH_UNAVAILABLE'))] }))
      },
      Math.min(50 * 2 ** this.#attempts, 1000),
    )
  }

  #stop(): void {
    this.#isStopped = true
    clearTimeout(this.#retry)
    this.#unsubscribe()
  }
}
