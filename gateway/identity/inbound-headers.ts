import { CORRELATION_HEADER } from '../../platform/log/correlation.ts'
import { PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import { TIMEOUT_HEADER } from '../../platform/graphql/timeout-header.ts'
import { ACCEPTED_ENCODINGS } from '../transport/http-body.ts'

/** What a fetch to a subgraph may carry of its request. */
export interface OutboundFacts {
  /** Undefined where nobody signs: a general gateway in front of foreign subgraphs. */
  readonly internalToken: string | undefined
  readonly correlationId: string
  /** W3C trace context of the gateway's own span, never the caller's text. */
  readonly traceparent?: string | undefined
  /** How long the answer is waited for. */
  readonly timeoutMs?: number | undefined
}

/** The headers that all fetches to subgraphs have in common. */
export const OUTBOUND_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  accept: 'application/json',
  'accept-encoding': ACCEPTED_ENCODINGS,
}

/**
 * The headers of one fetch, beside those. Built from nothing: no header of the caller reaches a subgraph, whatever its
 * name, case or number (R13).
 */
export const outboundHeaders = ({
  internalToken,
  correlationId,
  traceparent,
  timeoutMs,
}: OutboundFacts): Record<string, string> => {
  const headers: Record<string, string> = { [CORRELATION_HEADER]: correlationId }
  if (internalToken !== undefined) headers[PRINCIPAL_HEADER] = internalToken
  if (traceparent !== undefined) headers['traceparent'] = traceparent
  if (timeoutMs !== undefined) headers[TIMEOUT_HEADER] = timeoutMs.toString()
  return headers
}

/**
 * Takes away what only the gateway may say, before any other code sees the request: every `x-gpuaas-*` header.
 * Node has lower-cased the names. `authorization` is read by the token verifier and goes no further.
 */
export const stripReservedHeaders = (headers: Record<string, unknown>): void => {
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase().startsWith('x-gpuaas-')) Reflect.deleteProperty(headers, name)
  }
}
