import type { Log } from '../../platform/log/log.ts'
import { isFault, toWireError, type WireError } from '../../platform/errors/wire.ts'

/** A GraphQL answer as it leaves the process: every error catalogued (R84). */
export interface Answer {
  readonly data?: unknown
  readonly errors?: readonly WireError[]
}

/** What executing gave, or a part of it. */
export interface Executed {
  readonly data?: unknown
  readonly errors?: readonly unknown[] | undefined
}

export interface AnswerWriter {
  readonly ofResult: (result: Executed, correlationId: string) => Answer
  readonly ofErrors: (
    errors: readonly unknown[],
    correlationId: string,
  ) => Answer & { readonly errors: readonly WireError[] }
}

/** Catalogues errors; what is the product's own fault is logged with its cause, which callers never see. */
export const answerWriter = (log: Log, docsBaseUrl?: string): AnswerWriter => {
  const write = (error: unknown, correlationId: string): WireError => {
    const wire = toWireError(error, { correlationId, ...(docsBaseUrl === undefined ? {} : { docsBaseUrl }) })
    if (isFault(wire)) log.error({ err: error, correlationId }, 'a resolver failed')
    return wire
  }
  const ofErrors = (errors: readonly unknown[], correlationId: string) => ({
    errors: errors.map((error) => write(error, correlationId)),
  })
  return {
    ofErrors,
    ofResult: ({ data, errors }, correlationId) => ({
      ...(data === undefined ? {} : { data }),
      ...(errors === undefined || errors.length === 0 ? {} : ofErrors(errors, correlationId)),
    }),
  }
}
