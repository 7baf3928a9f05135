import type { Pieces } from '../execution/completion/pieces.ts'

/** What is to be sent for one request. */
export interface HttpAnswer {
  readonly status: number
  /** Those of the answer itself; those of security and of origins are the server's. Undefined: is not sent, whoever says it. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Chunks only where the whole is not known yet (incremental delivery of servers that have it). */
  readonly body: Pieces | AsyncIterable<string>
}

export const isWhole = (body: HttpAnswer['body']): body is Pieces => Array.isArray(body)
