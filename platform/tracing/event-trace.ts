import { tracedHandling } from './spans.ts'

/** Beside the events rather than in them: what an event shows is its subgraph's, and none has a field for this. */
const traces = new WeakMap<object, string>()

/** Says in which trace a live event was made; without one nothing is said. Returns the event. */
export const withTrace = <T extends object>(event: T, traceparent: string | null | undefined): T => {
  if (typeof traceparent === 'string') traces.set(event, traceparent)
  return event
}

/** The trace in which a live event was made; undefined where nobody said. */
export const traceOf = (event: unknown): string | undefined =>
  typeof event === 'object' && event !== null ? traces.get(event) : undefined

/** Where the answer to an event of a subscription says which trace it continues: from subgraph to gateway, no further. */
export const TRACE_EXTENSION = 'traceparent'

interface EventAnswer {
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/** A subgraph answers one event of a subscription, as part of the trace in which the event was made (R87). */
export const tracedEvent = async <T extends EventAnswer>(
  event: unknown,
  subgraph: string,
  answer: () => Promise<T> | T,
): Promise<T> => {
  const traceparent = traceOf(event)
  const answered = await tracedHandling(traceparent, `subgraph ${subgraph} event`, async () => answer())
  return traceparent === undefined
    ? answered
    : { ...answered, extensions: { ...answered.extensions, [TRACE_EXTENSION]: traceparent } }
}

/** The gateway completes one event of a subscription, as part of the trace that the subgraph told of. */
export const tracedCompletion = <T>({ extensions }: EventAnswer, complete: () => T): T => {
  const traceparent = extensions?.[TRACE_EXTENSION]
  return tracedHandling(typeof traceparent === 'string' ? traceparent : undefined, 'subscription event', complete)
}
