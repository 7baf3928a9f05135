import { GraphQLError } from 'graphql'
import { catalogued, entryOf, isErrorCode, type ErrorCode } from '../../platform/errors/catalogue.ts'

/** Apollo tells what is wrong with a request by status and words; the catalogue has a code for each. */
const BY_STATUS: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  [405, 'METHOD_NOT_ALLOWED'],
  [406, 'NOT_ACCEPTABLE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
])

const CSRF = 'This operation has been blocked as a potential Cross-Site Request Forgery'

/** What Apollo says without a code when a persisted query is sent with the hash of another text. */
const FOREIGN_HASH = 'provided sha does not match query'

/** The catalogue's error for what Apollo refuses before an operation; any other error as it is. */
export const ofTransport = (error: unknown): unknown => {
  if (!(error instanceof GraphQLError)) return error
  if (error.message === FOREIGN_HASH && error.path === undefined)
    return catalogued('BAD_REQUEST', {}, { message: 'The hash of the persisted query is not that of the query.' })
  if (error.extensions['code'] !== 'BAD_REQUEST') return error
  if (error.message.startsWith(CSRF)) return catalogued('CSRF_REFUSED')
  const { http } = error.extensions
  const status = http?.status
  const code = BY_STATUS.get(status)
  return code === undefined ? error : catalogued(code)
}

/** The HTTP status of an answer that is this error alone. */
export const statusOfError = ({ extensions: { code } }: GraphQLError): number =>
  isErrorCode(code) ? (entryOf(code).httpStatus ?? 200) : 500

/** That of an answer without data: as Apollo does it, the last error's. */
export const statusOfFailure = (errors: readonly GraphQLError[]): number => {
  const last = errors.at(-1)
  return last ? statusOfError(last) : 500
}
