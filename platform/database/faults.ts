import { catalogued, CataloguedError } from '../errors/catalogue.ts'

/** An error and everything that led to it, as Prisma, its adapter and the driver nest them. */
function* chain(error: unknown): Generator<Readonly<Record<string, unknown>>> {
  const waiting: unknown[] = [error]
  for (let seen = 0; seen < 20 && waiting.length > 0; seen += 1) {
    const next = waiting.shift()
    if (typeof next !== 'object' || next === null) continue
    const record = next as Readonly<Record<string, unknown>> // any object has properties of unknown type
    yield record
    waiting.push(record['cause'], record['meta'], record['driverAdapterError'])
  }
}

const some = (error: unknown, test: (record: Readonly<Record<string, unknown>>) => boolean): boolean =>
  chain(error).some(test)

const oneOf = (values: ReadonlySet<string>, value: unknown): boolean => typeof value === 'string' && values.has(value)

const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  // The network, and a server that starts, stops, has no connection left, or cancelled what took too long.
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOENT', 'EAGAIN'], // a Unix socket that is gone, or has a full queue
  ...['08000', '08001', '08003', '08004', '08006', '57P01', '57P02', '57P03', '53300', '57014', '25P03', '55P03'],
  '26000', // not prepared on its connection, which is given up: it waited behind another that ended before it was
  // Prisma: unreachable, timed out, closed, no connection free, transaction not started or expired, too many.
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037'],
])

const UNAVAILABLE_KINDS: ReadonlySet<string> = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
])

/** The driver gives these no code. */
const UNAVAILABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Query read timeout/

const CONFLICT_CODES: ReadonlySet<string> = new Set(['40001', '40P01', 'P2034'])

/** True when two transactions met and this one lost: the whole work, done again, may succeed. */
export const isConflict = (error: unknown): boolean =>
  some(
    error,
    ({ code, originalCode, kind }) =>
      [code, originalCode].some((value) => oneOf(CONFLICT_CODES, value)) || kind === 'TransactionWriteConflict',
  )

const isUnavailable = (error: unknown): boolean =>
  some(
    error,
    ({ code, originalCode, kind, message }) =>
      [code, originalCode].some((value) => oneOf(UNAVAILABLE_CODES, value)) ||
      oneOf(UNAVAILABLE_KINDS, kind) ||
      (typeof message === 'string' && UNAVAILABLE_MESSAGES.test(message)),
  )

// Text with the character U+0000, which PostgreSQL has no place for; an instant before or after all that it knows.
const UNSTORABLE_CODES: ReadonlySet<string> = new Set(['22021', '22008'])

/** True when a value that a caller sent is none that the database could hold, or compare with what it holds. */
const isUnstorable = (error: unknown): boolean =>
  some(error, ({ code, originalCode }) => [code, originalCode].some((value) => oneOf(UNSTORABLE_CODES, value)))

const UNSTORABLE = 'A text holds the character U+0000, or an instant is out of range.'

/**
 * The fault as callers meet it: `DATABASE_UNAVAILABLE` where the same request may succeed later, `INVALID_INPUT` where
 * it never will, for what it holds; else as it was.
 */
export const asFault = (error: unknown): unknown => {
  if (error instanceof CataloguedError) return error
  if (isUnstorable(error)) return catalogued('INVALID_INPUT', {}, { message: UNSTORABLE, cause: error })
  return isConflict(error) || isUnavailable(error) ? catalogued('DATABASE_UNAVAILABLE', {}, { cause: error }) : error
}

const FOREIGN_KEY_CODES: ReadonlySet<string> = new Set(['23503', 'P2003'])

/** True when a row named another that does not exist: what the caller cannot see does not exist for them either. */
export const isForeignKeyViolation = (error: unknown): boolean =>
  some(error, ({ code, originalCode }) => [code, originalCode].some((value) => oneOf(FOREIGN_KEY_CODES, value)))
