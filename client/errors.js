/** @import { ClientErrorCode, GraphError as Failure } from './types.js' */

/**
 * An error as the graph writes it.
 * @typedef {{ readonly message?: unknown, readonly path?: readonly (string | number)[], readonly extensions?: Readonly<Record<string, unknown>> }} WireError
 */

/**
 * Why something failed. Made of what a server said, or of a failure that no server told.
 */
export class GraphError extends Error {
  /**
   * @override
   * @type {'GraphError'}
   */
  name = 'GraphError'
  /** @type {readonly Failure[]} */
  all = [this]

  /**
   * @param {string} code
   * @param {string} message
   * @param {{ extensions?: Readonly<Record<string, unknown>>, path?: readonly (string | number)[] | undefined, retryable?: boolean, cause?: unknown }} [more]
   */
  constructor(code, message, { extensions = {}, path, retryable = extensions['retryable'] === true, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.extensions = extensions
    this.path = path
    this.retryable = retryable
    this.correlationId = textOf(extensions['correlationId'])
    this.docsUrl = textOf(extensions['docsUrl'])
  }
}

/**
 * @param {unknown} value
 * @returns {string | undefined}
 */
const textOf = (value) => (typeof value === 'string' ? value : undefined)

/**
 * @param {ClientErrorCode} code
 * @param {string} message
 * @param {{ cause?: unknown, retryable?: boolean, extensions?: Readonly<Record<string, unknown>> }} [more]
 * @returns {GraphError}
 */
export const clientError = (code, message, more) => new GraphError(code, message, more)

/**
 * The errors of an answer. Whatever else stands there is an error of its own, never a failure of the client.
 * @param {unknown} errors
 * @returns {readonly GraphError[]}
 */
export const graphErrors = (errors) => {
  if (errors === undefined || errors === null) return []
  return (Array.isArray(errors) ? errors : [errors]).map((error) => graphError(error ?? {}))
}

/**
 * @param {WireError} error
 * @returns {GraphError}
 */
const graphError = ({ message, path, extensions = {} }) =>
  new GraphError(
    textOf(extensions['code']) ?? 'INVALID_RESPONSE',
    textOf(message) ?? 'The server answered with an error.',
    { extensions, path },
  )

/**
 * The first of them, which knows the others: for a request that failed as a whole.
 * @param {readonly Failure[]} errors at least one
 * @returns {Failure}
 */
export const asOne = (errors) => {
  const first = errors[0] ?? clientError('INVALID_RESPONSE', 'The server answered with neither data nor errors.')
  return errors.length > 1 ? Object.assign(first, { all: errors }) : first
}
