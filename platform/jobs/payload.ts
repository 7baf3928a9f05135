import { currentCorrelation, newCorrelation, type Correlation } from '../log/correlation.ts'
import { traceHeaders } from '../tracing/spans.ts'
import type { JobPayload } from './jobs.ts'

/** Adds the ids of what runs now, so that log, audit, events and trace of the job tie to its cause (R74, R87). */
export const stampCorrelation = (payload: JobPayload): JobPayload => ({
  ...payload,
  ...currentCorrelation(),
  ...traceHeaders(),
})

/** Takes the correlation out of a queued payload; a job that nothing caused, such as a scheduled one, begins a new one. */
export const takeCorrelation = (
  queued: unknown,
): { readonly payload: JobPayload; readonly correlation: Correlation; readonly traceparent: string | undefined } => {
  const { correlationId, causationId, traceparent, ...payload } = texts(queued)
  if (correlationId === undefined) return { payload, correlation: newCorrelation(), traceparent }
  return { payload, correlation: { correlationId, causationId: causationId ?? correlationId }, traceparent }
}

const texts = (queued: unknown): Record<string, string> => {
  if (typeof queued !== 'object' || queued === null) return {}
  return Object.fromEntries(
    Object.entries(queued).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
