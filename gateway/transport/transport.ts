import type { DocumentNode, GraphQLError, GraphQLFormattedError } from 'graphql'
import type { Access } from '../../platform/access/access.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { Cancellation } from '../../platform/cancellation/cancellation.ts'

/** One fetch of a compiled plan: its text is printed once, its document parsed once. */
export interface PreparedFetch {
  readonly subgraph: string
  readonly operation: string
  readonly operationName: string | undefined
  readonly document: DocumentNode
}

/** What a fetch knows of the request it belongs to. */
export interface RequestContext {
  readonly principal: Principal
  /** In process the decided grants travel along; over HTTP the subgraph resolves its own. */
  readonly access: Access | undefined
  /** The authorization of this moment, for what outlasts `access`: each event of a subscription is decided by its own. */
  readonly renewAccess?: (() => Access | Promise<Access>) | undefined
  readonly correlationId: string
  /** Why nobody waits for it any more, if so; who needs a signal finds it there. */
  readonly cancellation: Cancellation
  /** When it is cancelled at the latest, on the clock of `performance.now()`; undefined for what lasts. */
  readonly deadline?: number | undefined
  /** One map for each operation: a transport keeps its per-operation state here (loaders, subgraph contexts). */
  readonly state: Map<unknown, unknown>
}

export interface SubgraphResult {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly SubgraphError[] | undefined
  /** Of an event of a subscription: the trace it belongs to (`TRACE_EXTENSION`). Nothing of it reaches a client. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/** As a subgraph sent it, or in process the error itself. */
export type SubgraphError = GraphQLError | GraphQLFormattedError

/** The context of one event: an operation of its own, decided by grants of its own; nothing that one loaded may answer the next. */
export const eventRequest = async (request: RequestContext): Promise<RequestContext> => ({
  ...request,
  access: request.renewAccess ? await request.renewAccess() : request.access,
  state: new Map(),
})

/** How a stream that broke off goes on where it was, where its events say where that is. */
export interface Resumption {
  readonly cursorOf: (event: SubgraphResult) => string | undefined
  /** What to ask for to get what comes after the event with that cursor. */
  readonly after: (cursor: string) => {
    readonly fetch: PreparedFetch
    readonly variables: Readonly<Record<string, unknown>>
  }
}

/** How the gateway reaches a subgraph: in process through parsed documents, or over HTTP with a signed internal token. */
export interface SubgraphTransport {
  /** At once where nothing has to be waited for. Rejects, and never throws. */
  readonly execute: (
    fetch: PreparedFetch,
    variables: Readonly<Record<string, unknown>>,
    request: RequestContext,
  ) => SubgraphResult | Promise<SubgraphResult>
  readonly subscribe: (
    fetch: PreparedFetch,
    variables: Readonly<Record<string, unknown>>,
    request: RequestContext,
    /** Without it a stream that broke off begins anew. */
    resumption?: Resumption,
  ) => Promise<AsyncIterableIterator<SubgraphResult>>
  readonly close: () => Promise<void>
}
