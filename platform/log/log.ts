import { trace } from '@opentelemetry/api'
import { pino, type ChildLoggerOptions, type DestinationStream, type Logger } from 'pino'
import { currentCorrelation } from './correlation.ts'
import type { LogLevel } from './levels.ts'
import { prettyLines } from './pretty.ts'
import { redactText } from './redact-text.ts'
import { redactValue } from './redact-value.ts'
import { standardOutput } from './standard-output.ts'

/** Structured log with secrets redacted (R86). */
export type Log = Logger

export interface LogOptions {
  readonly level: LogLevel
  /** `json`: one object a line, for machines; `pretty`: for people; `auto`: pretty on a terminal, else json. */
  readonly format: 'json' | 'pretty' | 'auto'
  /** Standard output unless given. */
  readonly destination?: DestinationStream
}

/**
 * Makes the process's log; parts take `log.child({ component: 'relay' })`. Every line carries the correlation and
 * trace it belongs to. Whatever is logged, by name or inside a text, no credential reaches the destination.
 */
export const createLog = ({ level, format, destination }: LogOptions): Log => {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY)
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: context,
      formatters: { level: (label) => ({ level: label }), log: redactRecord },
      serializers: { err: (copied: unknown) => copied }, // redactRecord has copied it; pino's own would copy every property
      hooks: { streamWrite: redactText },
    },
    destination ?? standardOutput(pretty ? { shown: prettyLines } : {}),
  )
  return withRedactedChildren(log)
}

/** pino passes what is bound to a child to no formatter. Children inherit this method, and so do theirs. */
const withRedactedChildren = (log: Log): Log => {
  const child: (this: Log, bindings: object, options: ChildLoggerOptions) => Log = log.child
  return Object.assign(log, {
    child(this: Log, bindings: object, options: ChildLoggerOptions = {}): Log {
      return child.call(this, redactRecord(bindings), options)
    },
  })
}

/** For tests and programs that must print nothing. */
export const silentLog: Log = pino({ level: 'silent' })

const context = (): object => {
  const span = trace.getActiveSpan()?.spanContext()
  return { ...currentCorrelation(), ...(span === undefined ? {} : { traceId: span.traceId }) }
}

const redactRecord = (record: object): Record<string, unknown> => {
  const copy = redactValue(record)
  return typeof copy === 'object' && copy !== null ? { ...copy } : {}
}
