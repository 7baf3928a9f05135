import { isSpanContextValid, trace } from '@opentelemetry/api'

/** The W3C trace context of the span under way, for a fetch to carry on; undefined where nothing is traced. */
export const currentTraceparent = (): string | undefined => {
  const span = trace.getActiveSpan()?.spanContext()
  if (!span || !isSpanContextValid(span)) return undefined
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`
}
