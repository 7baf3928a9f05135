import { GraphQLError } from 'graphql'
import { catalogued, entryOf } from '../../platform/errors/catalogue.ts'
import { isFault, toWireError, type WireError } from '../../platform/errors/wire.ts'
import { currentCorrelation, newCorrelationId } from '../../platform/log/correlation.ts'
import type { Log } from '../../platform/log/log.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'

/** Turns whatever went wrong into what a caller sees, and tells the log what the caller must not see. */
export type ReportError = (error: unknown, correlationId?: string) => WireError

export interface ReporterOptions {
  readonly log: Log
  readonly docsBaseUrl: string | undefined
  readonly metrics: EdgeMetrics | undefined
}

export const createErrorReporter = ({ log, docsBaseUrl, metrics }: ReporterOptions): ReportError => {
  return (error, correlationId = currentCorrelation()?.correlationId ?? newCorrelationId()) => {
    const wire = toWireError(isTokenLimit(error) ? catalogued('TOKEN_LIMIT') : error, {
      correlationId,
      ...(docsBaseUrl !== undefined && { docsBaseUrl }),
    })
    metrics?.errorSent(wire.extensions.code)
    // Failures at a field are logged where their subgraph is known.
    if (isFault(wire) && wire.path === undefined) log.error({ err: error, correlationId }, 'a request failed')
    return wire
  }
}

/** The HTTP status of an answer that is this error alone. */
export const statusOf = ({ extensions }: WireError): number => entryOf(extensions.code).httpStatus ?? 200

/** graphql-js tells it from other syntax errors by its words alone. */
const isTokenLimit = (error: unknown): boolean =>
  error instanceof GraphQLError && /^Syntax Error: Document contains more tha[tn] \d+ tokens/.test(error.message)
