/**
 * What `@gpuaas/graph-client` promises. The implementation is plain JavaScript whose types are comments; it is checked
 * against this file.
 */

/** How the client reaches a graph, and as whom. Times are in milliseconds. */
export interface GraphClientOptions {
  /** Where the graph is: `https://graph.example/graphql`. In a browser an address relative to the page will do. */
  readonly url: string | URL
  /**
   * Gives the bearer token for the next request or connection; nothing: anonymous. It is asked each time, so it may
   * cache; a token that the server took no more is named as `refused` and must not be given again.
   */
  readonly token?: (request: TokenRequest) => string | undefined | Promise<string | undefined>
  /**
   * `auto`: subscriptions over WebSocket, and over server-sent events where no WebSocket can be opened.
   * @default 'auto'
   */
  readonly transport?: 'auto' | 'websocket' | 'sse'
  /** Where subscriptions connect to; by default `url` with the scheme `ws` or `wss`. */
  readonly webSocketUrl?: string | URL
  /** Of `ws`, for a Node without its own (before 22). By default the one of the platform, if it has one. */
  readonly WebSocket?: WebSocketConstructor
  /** Where a terminal's bytes are, given the address that the server names: for one behind a proxy that it does not know. */
  readonly terminalUrl?: (url: string) => string | URL
  readonly fetch?: typeof globalThis.fetch
  /** How long a query or mutation may take. @default 30000 */
  readonly requestTimeoutMs?: number
  /** How long a connection may take until the server acknowledges it. @default 10000 */
  readonly connectTimeoutMs?: number
  /** After so much silence the server is pinged; without an answer for as long again the connection is given up. @default 10000 */
  readonly pingAfterMs?: number
  /** How long a connection without subscriptions is kept. @default 1000 */
  readonly lingerMs?: number
  /** Full jitter: a random time up to `baseMs * 2 ** attempt`, at most `maxMs`. @default { baseMs: 250, maxMs: 30000 } */
  readonly backoff?: { readonly baseMs?: number; readonly maxMs?: number }
  /** Between 0 and 1; for tests. */
  readonly random?: () => number
}

export interface TokenRequest {
  /** The token that the server did not take, or took no longer. */
  readonly refused: string | undefined
}

/** What both a browser's `WebSocket` and the package `ws` offer. */
export interface WebSocketLike {
  readonly readyState: number
  /** `arraybuffer` for terminals. */
  binaryType: string
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  /** Only `ws` has it. */
  terminate?(): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike

export interface GraphClient extends AsyncDisposable {
  /** Runs a query over HTTP. Rejects with `GraphError` when there is no data at all. */
  query<Data = Record<string, unknown>>(document: string, options?: OperationOptions): Promise<GraphResult<Data>>
  /** Runs a mutation over HTTP, once: what may have reached the server is never sent again. */
  mutate<Data = Record<string, unknown>>(document: string, options?: OperationOptions): Promise<GraphResult<Data>>
  /** Opens a subscription when somebody reads it, and keeps it open over every loss of the connection. */
  subscribe<Data = Record<string, unknown>>(
    document: string,
    options?: SubscribeOptions<Data>,
  ): Subscription<GraphResult<Data>>
  /** The caller's notifications: from now on, or after a cursor; each once, in order, whatever happens in between. */
  notifications<Fields extends object = NotificationFields>(
    options?: NotificationOptions,
  ): Subscription<Fields & Cursored>
  /**
   * Opens a shell in an allocation and attaches to it. Rejects with `GraphError` when it is refused; the code of a refusal is
   * one of `OpenTerminalErrorCode` or of the catalogue.
   */
  openTerminal(options: TerminalOptions): Promise<Terminal>
  /** Of the connection that all subscriptions share. */
  readonly state: ConnectionState
  /** Calls back with each later state, until what it returns is called. */
  onState(listener: (state: ConnectionState) => void): () => void
  /** Ends every subscription and the connection. Terminals are left: their sessions end when nobody comes for them. */
  close(): Promise<void>
}

export interface OperationOptions {
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
  readonly signal?: AbortSignal
}

/** An answer. A denied or failed field is null in `data`, with its error: show the rest. */
export interface GraphResult<Data> {
  readonly data: Data
  readonly errors: readonly GraphError[]
}

/** Why something failed, by the codes of the graph's catalogue; codes of the client's own are in `ClientErrorCode`. */
export interface GraphError extends Error {
  readonly name: 'GraphError'
  readonly code: string
  /** For support: the server's log has it. */
  readonly correlationId: string | undefined
  /** The same, sent again later without change, may succeed. */
  readonly retryable: boolean
  readonly docsUrl: string | undefined
  /** Of the field in the answer. */
  readonly path: readonly (string | number)[] | undefined
  /** Everything that the server said of it. */
  readonly extensions: Readonly<Record<string, unknown>>
  /** All errors of a request that failed as a whole; itself alone otherwise. */
  readonly all: readonly GraphError[]
}

/** For `instanceof`: the client makes them. */
export declare const GraphError: abstract new (...given: never) => GraphError

/** Failures that no server told. */
export type ClientErrorCode =
  /** The server could not be reached, or was lost before it answered. */
  | 'NETWORK_ERROR'
  /** It answered with something that is no GraphQL. */
  | 'INVALID_RESPONSE'
  | 'TIMEOUT'
  /** `signal` or `close()` ended it. */
  | 'CANCELLED'
  /** The connection was refused for good; `extensions.closeCode` says by which code. */
  | 'CONNECTION_REFUSED'
  /** Nobody read a subscription that cannot resume. */
  | 'BUFFER_OVERFLOW'

/** How a subscription goes on where it was cut. */
export interface Resume<Data> {
  /** The variable that takes a cursor. */
  readonly variable: string
  /** Where the stream goes on after this event; undefined when it does not say. */
  readonly cursorOf: (data: Data) => string | undefined
  /** A cursor to begin after. Without it, and without `begin`, the stream begins when the server opens it. */
  readonly after?: string | undefined
  /**
   * Gives the cursor of now, asked once before the stream is opened: without it, what happens between the opening and the
   * first event is lost when the connection is.
   */
  readonly begin?: (signal: AbortSignal) => Promise<string | undefined>
  /**
   * The place of an event in its channel, counted without a gap. With it the client puts events that overtook each other
   * in order and has the server send again what is missing.
   */
  readonly placeOf?: (data: Data) => Place | undefined
}

export interface Place {
  readonly channel: string
  readonly sequence: number
}

/** Something of a stream is gone for good. What comes next is after it. */
export interface Gap {
  /**
   * `CURSOR_TOO_OLD`: the server keeps it no longer. `SEQUENCE`: the server was asked for it again and did not send it.
   * `NOT_RESUMED`: the stream began anew without a cursor, because it has none (yet); something may have been lost.
   */
  readonly reason: 'CURSOR_TOO_OLD' | 'SEQUENCE' | 'NOT_RESUMED'
  /** The last cursor before it. */
  readonly after: string | undefined
  /** The cursor after which the stream goes on. */
  readonly until: string | undefined
}

export interface SubscribeOptions<Data> extends OperationOptions, Delivery {
  readonly resume?: Resume<Data>
}

export interface Delivery {
  /** Told in the order of the stream: before what comes after the gap. */
  readonly onGap?: (gap: Gap) => void
  /** How many events wait for a slow reader; then the server is told to stop, and the stream resumes later. @default 1000 */
  readonly maxBuffered?: number
}

export interface NotificationOptions extends Delivery {
  /** The cursor of the last notification that is known. Left out: from now on. */
  readonly after?: string
  /** Fields of `Notification`, as GraphQL. @default 'id title body template subject projectId createdAt readAt' */
  readonly fields?: string
  readonly signal?: AbortSignal
}

export interface Cursored {
  /** For `after` of the next time. */
  readonly cursor: string
}

export interface NotificationFields {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly template: string
  readonly subject: string | null
  readonly projectId: string | null
  readonly createdAt: string
  readonly readAt: string | null
}

/**
 * A subscription, read by `for await` or by `forEach`; by one reader. It opens with the first read and ends with `return`,
 * `break`, the signal, or the client. It rejects once, with `GraphError`, when the server ends it for good.
 */
export interface Subscription<Item> extends AsyncIterableIterator<Item, undefined>, AsyncDisposable {
  /** Hands over each item, one after the other: a promise that is returned is waited for. Resolves at the end. */
  forEach(handle: (item: Item) => void | Promise<void>): Promise<void>
  /** Of the last item that was handed over: where a later subscription goes on. */
  readonly cursor: string | undefined
  /** What came again and was not handed over again. */
  readonly repeated: number
  return(): Promise<IteratorReturnResult<undefined>>
}

/**
 * A connection's life. `idle`: nobody needs it. `waiting`: it was lost and is tried again at `retryAt`. `closed`: it is not
 * tried again, because the caller closed it or the server refused it for good; a new subscription tries again unless the
 * client is closed.
 */
export type ConnectionState =
  | { readonly status: 'idle' }
  | { readonly status: 'connecting'; readonly transport: 'websocket' | 'sse'; readonly attempt: number }
  | { readonly status: 'open'; readonly transport: 'websocket' | 'sse' }
  | { readonly status: 'waiting'; readonly attempt: number; readonly retryAt: Date; readonly reason: CloseReason }
  | { readonly status: 'closed'; readonly reason: CloseReason }

export interface CloseReason {
  /** A WebSocket's close code, or an HTTP status; 0 when there was none. */
  readonly code: number
  readonly text: string
}

export interface TerminalOptions {
  readonly allocationId: string
  /** 1 to 1000. @default 80 */
  readonly columns?: number
  /** 1 to 1000. @default 24 */
  readonly rows?: number
  /** Whether its output is to be recorded, at the node. @default false */
  readonly record?: boolean
  /** Told in the order of the output, before what comes after the loss. */
  readonly onLost?: (lost: LostOutput) => void
  /** Ends the session, as `close` does; output that nobody read is dropped. */
  readonly signal?: AbortSignal
}

/** Output that is gone for good: the session keeps the last 1 MiB for a client that is away. */
export interface LostOutput {
  readonly bytes: number
  /** Where the output goes on, counted from the session's beginning. */
  readonly offset: number
}

/**
 * A terminal session and its bytes, over every loss of the connection: each byte of output and input once and in order, or
 * told as lost. Its output is to be read: the program waits for a reader that does not.
 */
export interface Terminal extends AsyncDisposable {
  readonly sessionId: string
  /**
   * By one reader; ends after the last byte. What was handed over counts as taken in when the next is asked for: at most
   * 2 MiB wait here. `break` ends the session.
   */
  readonly output: AsyncIterableIterator<Uint8Array, undefined>
  /** Types. Resolves when the terminal took it in, or will never; text is sent as UTF-8. */
  write(input: string | Uint8Array): Promise<void>
  /** 1 to 1000 each. */
  resize(columns: number, rows: number): void
  readonly state: TerminalState
  /** Calls back with each later state, until what it returns is called. */
  onState(listener: (state: TerminalState) => void): () => void
  /** How it ended; never rejects. Output that came before may still wait for its reader. */
  readonly exit: Promise<TerminalEnd>
  /** Ends the session and every process in it. Rejects with `GraphError` when the server could not be told. */
  close(): Promise<void>
}

export interface TerminalEnd {
  /**
   * `EXIT`: the program ended. Otherwise the name of the close (`TAKEN_OVER`, `IDLE`, `RELEASED`, …, docs/guides/terminal.md),
   * the code of the refusal to attach again (`SESSION_CLOSED` where the graph no longer tells how it ended, …), or `LEFT` when the client was closed.
   */
  readonly reason: string
  /** Of the WebSocket's close; 0 when there was none. */
  readonly code: number
  /** Of the program, where its end was told. */
  readonly exitCode: number | undefined
  /** The signal that ended it, or 0. */
  readonly signal: number | undefined
}

export type TerminalState =
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'open' }
  | { readonly status: 'waiting'; readonly attempt: number; readonly retryAt: Date; readonly reason: CloseReason }
  | { readonly status: 'closed'; readonly end: TerminalEnd }

export declare const createGraphClient: (options: GraphClientOptions) => GraphClient
