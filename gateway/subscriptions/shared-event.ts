import type { ExecutionResult } from 'graphql'
import { answerText } from '../execution/completion/answer-text.ts'
import type { ReportError } from '../errors/error-reporter.ts'

/** One answer on its way to any number of subscribers: serialised once, the same bytes to all of them. */
export interface SharedEvent {
  /** The JSON of an execution result. */
  readonly payload: Buffer
  /** Where a subscription goes on after it; undefined where the stream has no positions. */
  readonly cursor: string | undefined
}

/** What the answer was caused by, in its errors. */
export interface EventOrigin {
  readonly report: ReportError
  readonly correlationId: string
}

export const sharedEvent = (
  { data, errors, extensions }: ExecutionResult,
  { report, correlationId }: EventOrigin,
  cursor?: string,
): SharedEvent => {
  const wire = errors?.map((error) => report(error, correlationId))
  return { payload: Buffer.from(answerText({ errors: wire, data, extensions })), cursor }
}
