import type { TimeLimit } from './time-limit.ts'

/** What differs from fetch to fetch: header fields beside the constant ones of the subgraph, and the body. */
export interface HttpPost {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer, all of it. A field that came several times is the list of its values. */
export interface HttpReply {
  readonly status: number
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  readonly body: Buffer
}

/** The connections to one subgraph. */
export interface HttpConnections {
  /** Posts, and reads the whole answer. Rejects with what failed, or with the reason of the limit where that is over. */
  readonly exchange: (post: HttpPost, limit: TimeLimit) => Promise<HttpReply>
  /** Ends all of them: what is under way, or waits for its turn, fails. */
  readonly close: () => Promise<void>
}

export interface HttpConnectionsOptions {
  readonly url: URL
  /** Sent with each post. */
  readonly headers: Readonly<Record<string, string>>
  /** How many there may be. */
  readonly connections: number
  /** Of one answer, as it comes. */
  readonly maxResponseBytes: number
}
