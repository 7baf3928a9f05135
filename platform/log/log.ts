import type { Logger } from 'pino'

/** Structured log with secrets redacted (R86). */
export type Log = Logger
