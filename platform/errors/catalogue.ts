import { ACCESS_CODES } from './codes/access.ts'
import { OPERATION_CODES } from './codes/operation.ts'
import { REQUEST_CODES } from './codes/request.ts'
import { SERVICE_CODES } from './codes/service.ts'
import { START_CODES } from './codes/start.ts'
import type { CatalogueEntry } from './entry.ts'

/** Every code that the product can answer with. `docs/errors.md` is generated from this. */
export const ERROR_CATALOGUE = {
  ...ACCESS_CODES,
  ...REQUEST_CODES,
  ...OPERATION_CODES,
  ...SERVICE_CODES,
  ...START_CODES,
}

export type ErrorCode = keyof typeof ERROR_CATALOGUE

/** The closed list of extension fields that an error may carry besides the standard ones; all of them the caller's own. */
export interface ErrorDetails {
  /** Path of the argument at fault: `input.projectId`. */
  readonly argument?: string
  /** The capability that a member lacks. */
  readonly capability?: string
  /** The scope rule that denied: `projectScoped`. */
  readonly rule?: string
  /** The setting at fault, by the name of its environment variable. */
  readonly setting?: string
  readonly limit?: number
  readonly requested?: number
  readonly retryAfterSeconds?: number
  readonly maxAgeSeconds?: number
  /** Where a stream goes on. */
  readonly cursor?: string
}

/** The names of `ErrorDetails`, in the order in which they are written. */
export const DETAIL_NAMES = Object.keys({
  argument: true,
  capability: true,
  rule: true,
  setting: true,
  limit: true,
  requested: true,
  retryAfterSeconds: true,
  maxAgeSeconds: true,
  cursor: true,
} satisfies Record<keyof ErrorDetails, true>)

export interface CataloguedErrorOptions {
  /** What led to it. Logged, never sent. */
  readonly cause?: unknown
  /** Replaces the catalogue's message where the entry is `specific`; names the caller's own input only. */
  readonly message?: string
}

/** A failure with a code of the catalogue: the only kind of error that callers learn anything from. */
export class CataloguedError extends Error {
  override readonly name = 'CataloguedError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: CataloguedErrorOptions = {}) {
    const entry = entryOf(code)
    super(entry.specific === true ? (options.message ?? entry.message) : entry.message, { cause: options.cause })
    this.code = code
    this.details = details
  }

  /** GraphQL servers copy this onto the error that they make of a thrown one. */
  get extensions(): ErrorDetails & { readonly code: ErrorCode } {
    return { code: this.code, ...this.details }
  }
}

/** Makes an error to throw: `throw catalogued('INVALID_ID', { argument: 'input.projectId' })`. */
export const catalogued = (
  code: ErrorCode,
  details?: ErrorDetails,
  options?: CataloguedErrorOptions,
): CataloguedError => new CataloguedError(code, details, options)

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERROR_CATALOGUE, value)

export const entryOf = (code: ErrorCode): CatalogueEntry => ERROR_CATALOGUE[code]
