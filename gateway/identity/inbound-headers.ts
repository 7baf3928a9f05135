import { CORRELATION_HEADER } from '../../platform/log/correlation.ts'
import { PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'

/** What a fetch to a subgraph may carry of its request. */
export interface OutboundFacts {
  /** Undefined where nobody signs: a general gateway in front of foreign subgraphs. */
  readonly internalToken: string | undefined
  readonly correlationId: string
  /** W3C trace context of the gateway's own span, never the caller's text. */
  readonly traceparent?: string | undefined
}

/**
 * The headers of a fetch to a subgraph. Built from nothing: no header of the caller reaches a subgraph, whatever its
 * name, case or number (R13).
 */
export const outboundHeaders = ({
  internalToken,
  correlationId,
  traceparent,
}: OutboundFacts): Record<string, string> => ({
  'content-type': 'application/json',
  accept: 'application/json',
  ...(internalToken === undefined ? {} : { [PRINCIPAL_HEADER]: internalToken }),
  [CORRELATION_HEADER]: correlationId,
  ...(traceparent === undefined ? {} : { traceparent }),
})

/**
 * Takes away what only the gateway may say, before any other code sees the request: every `x-gpuaas-*` header.
 * Node has lower-cased the names. `authorization` is read by the token verifier and goes no further.
 */
export const stripReservedHeaders = (headers: Record<string, unknown>): void => {
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase().startsWith('x-gpuaas-')) Reflect.deleteProperty(headers, name)
  }
}
