import { context, isSpanContextValid, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api'

/** The header of W3C Trace Context (section 3.2). */
export const TRACEPARENT_HEADER = 'traceparent'

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,256})?$/

/** The present span as other processes are told of it; undefined outside of any. */
export const currentTraceparent = (): string | undefined => {
  const span = trace.getSpanContext(context.active())
  if (span === undefined || !isSpanContextValid(span)) return undefined
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`
}

/**
 * The context of a span in another process; a new trace begins where the header is missing or malformed. Version 00 ends
 * with its flags; a later one may say more, of which nothing is used.
 */
export const contextOf = (traceparent: unknown): Context => {
  const [, version, traceId, spanId, flags, more] =
    (typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null) ?? []
  if (version === '00' && more !== undefined) return ROOT_CONTEXT
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(span) ? trace.setSpanContext(ROOT_CONTEXT, span) : ROOT_CONTEXT
}
