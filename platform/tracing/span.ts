import { context, SpanKind, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api'
import { CataloguedError } from '../errors/catalogue.ts'
import { redactText, REDACTED } from '../log/redact-text.ts'
import { isSecretName } from '../log/secret-names.ts'

export type SpanAttributes = Readonly<Record<string, string | number | undefined>>

export interface SpanDescription {
  /** Of low cardinality: `subgraph billing`, never with an id inside. */
  readonly name: string
  readonly kind: keyof typeof KINDS
  readonly attributes: SpanAttributes
  /** What the span belongs to; that of the caller unless given. */
  readonly parent?: Context
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

let tracer: Tracer | undefined

/** For `startTracing` alone: without a tracer no span is made, and spans cost one comparison. */
export const setTracer = (next: Tracer | undefined): void => {
  tracer = next
}

export const isTracing = (): boolean => tracer !== undefined

/** Runs `work` inside a span that ends with it, awaited or not; a failure marks the span and goes on to the caller. */
export const inSpan = <T>({ name, kind, attributes, parent }: SpanDescription, work: () => T): T => {
  if (tracer === undefined) return work()
  const above = parent ?? context.active()
  const span = tracer.startSpan(name, { kind: KINDS[kind], attributes: safe(attributes) }, above)
  return context.with(trace.setSpan(above, span), () => ended(span, work))
}

/** The usual case: `traced('plan', { outcome: 'miss' }, () => planner.plan(document))`. */
export const traced = <T>(name: string, attributes: SpanAttributes, work: () => T): T =>
  inSpan({ name, kind: 'internal', attributes }, work)

const ended = <T>(span: Span, work: () => T): T => {
  try {
    const result = work()
    if (isThenable(result)) return endedLater(span, result) as T // the same promise, observed
    span.end()
    return result
  } catch (error) {
    fail(span, error)
    span.end()
    throw error
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Asks for the result once: some promises (Prisma's) begin their work when they are asked. */
const endedLater = async (span: Span, result: PromiseLike<unknown>): Promise<unknown> => {
  try {
    return await result
  } catch (error) {
    fail(span, error)
    throw error
  } finally {
    span.end()
  }
}

/** The kind of failure alone: messages may hold what nobody may read; the log has them, redacted, under the trace id. */
const fail = (span: Span, error: unknown): void => {
  const type = error instanceof CataloguedError ? error.code : error instanceof Error ? error.name : 'unknown'
  span.setStatus({ code: SpanStatusCode.ERROR, message: type })
  span.setAttribute('error.type', type)
}

const safe = (attributes: SpanAttributes): Record<string, string | number> => {
  const kept: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue
    if (isSecretName(name)) kept[name] = REDACTED
    else kept[name] = typeof value === 'string' ? redactText(value) : value
  }
  return kept
}
