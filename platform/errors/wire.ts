import { CataloguedError, DETAIL_NAMES, entryOf, isErrorCode, type ErrorCode, type ErrorDetails } from './catalogue.ts'
import { codeOfForeign } from './foreign.ts'
import { withoutLiteral } from './without-literal.ts'

/** The one shape in which an error leaves the product (R84). */
export interface WireError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: WireExtensions
}

export interface WireExtensions extends ErrorDetails {
  readonly code: ErrorCode
  readonly correlationId: string
  readonly retryable: boolean
  readonly docsUrl: string
}

export interface WireContext {
  readonly correlationId: string
  /** `DOCS_BASE_URL` */
  readonly docsBaseUrl?: string
}

const DEFAULT_DOCS_BASE_URL = 'https://docs.gpuaas.example'

/**
 * Turns anything thrown or received into what a caller may see. Only codes of the catalogue keep their meaning;
 * everything else becomes `INTERNAL`, without a trace of what it was. The caller logs those (`isFault`).
 * Accepts errors, GraphQL errors at any depth of wrapping, and errors that a subgraph sent.
 */
export const toWireError = (error: unknown, { correlationId, docsBaseUrl }: WireContext): WireError => {
  const { code, message, details } = meaningOf(error)
  const path = pathOf(error)
  return {
    message,
    ...(path === undefined ? {} : { path }),
    extensions: {
      code,
      correlationId,
      retryable: entryOf(code).retryable,
      docsUrl: `${docsBaseUrl ?? DEFAULT_DOCS_BASE_URL}/errors#${code}`,
      ...details,
    },
  }
}

/** Whether an error is the product's fault: such a one is logged with all it holds. */
export const isFault = ({ extensions }: WireError): boolean => extensions.code === 'INTERNAL'

/** The HTTP status of a response that failed as a whole with this error; 200 where only a field failed. */
export const httpStatusOf = (code: ErrorCode): number => entryOf(code).httpStatus ?? 200

interface Meaning {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
}

const FAULT: Meaning = { code: 'INTERNAL', message: entryOf('INTERNAL').message, details: {} }

const meaningOf = (error: unknown): Meaning => {
  if (error instanceof CataloguedError) return meaning(error.code, error.message, error.details)
  if (!isRecord(error)) return FAULT
  const extensions = isRecord(error['extensions']) ? error['extensions'] : {}
  const code = isErrorCode(extensions['code']) ? extensions['code'] : codeOfForeign(error, extensions['code'])
  const inner = error['originalError']
  if (inner !== undefined && (code === undefined || inner instanceof CataloguedError)) return meaningOf(inner)
  return code === undefined ? FAULT : meaning(code, error['message'], extensions)
}

const meaning = (code: ErrorCode, message: unknown, details: object): Meaning => ({
  code,
  message: entryOf(code).specific === true ? specificMessage(message, code) : entryOf(code).message,
  details: safeDetails(details),
})

const MAX_MESSAGE = 500

const specificMessage = (message: unknown, code: ErrorCode): string => {
  const text = typeof message === 'string' ? withoutLiteral(message).slice(0, MAX_MESSAGE).trim() : ''
  return text === '' ? entryOf(code).message : text
}

const safeDetails = (details: object): ErrorDetails =>
  Object.fromEntries(
    DETAIL_NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(details, name)?.value] as const).filter(
      ([, value]) => typeof value === 'string' || typeof value === 'number',
    ),
  )

const pathOf = (error: unknown): readonly (string | number)[] | undefined => {
  if (!isRecord(error) || !Array.isArray(error['path'])) return undefined
  return error['path'].filter((part): part is string | number => typeof part === 'string' || typeof part === 'number')
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
