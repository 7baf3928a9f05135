/** @import { GraphResult, OperationOptions } from './types.js' */
/** @import { Tokens } from './tokens.js' */
import { asOne, clientError, graphErrors } from './errors.js'
import { messageOf } from './link.js'

/**
 * @typedef {object} RequestOptions
 * @property {string} url
 * @property {typeof globalThis.fetch} fetch
 * @property {Tokens} tokens
 * @property {number} timeoutMs
 */

/**
 * An answer's body, as far as it is one.
 * @typedef {{ readonly data?: unknown, readonly errors?: unknown }} Body
 */

/**
 * @param {string | undefined} token
 * @returns {Record<string, string>}
 */
export const bearer = (token) => (token ? { authorization: `Bearer ${token}` } : {})

/**
 * @param {Response} response
 * @returns {Promise<Body | undefined>} undefined when it is no GraphQL answer
 */
export const readJson = async (response) => {
  try {
    const body = await response.json()
    const isAnswer = typeof body === 'object' && body !== null && ('data' in body || 'errors' in body)
    return isAnswer ? body : undefined
  } catch {
    return undefined
  }
}

/**
 * What `Retry-After` says, in seconds or as a date.
 * @param {Response} response
 * @returns {number | undefined} milliseconds
 */
export const retryAfterMs = ({ headers }) => {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}

/**
 * Runs an operation over HTTP. A credential that is refused (401: nothing was run) is asked for anew, once.
 * @param {RequestOptions} options
 */
export const createRequester = ({ url, fetch, tokens, timeoutMs }) => {
  /**
   * @param {string} text
   * @param {AbortSignal} signal
   * @param {string | undefined} token
   */
  const post = (text, signal, token) =>
    fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...bearer(token) },
      body: text,
      signal,
    })

  /**
   * @template Data
   * @param {string} query
   * @param {OperationOptions} [options]
   * @param {AbortSignal} [life] of the client
   * @returns {Promise<GraphResult<Data>>}
   */
  return async (query, { variables = {}, operationName, signal } = {}, life) => {
    const { signal: limit, clear } = within(timeoutMs, [signal, life])
    try {
      const text = JSON.stringify({ query, variables, ...(operationName !== undefined && { operationName }) })
      const token = await tokens.next()
      let response = await post(text, limit, token)
      if (response.status === 401 && token !== undefined) {
        tokens.refuse(token)
        const other = await tokens.next()
        await response.body?.cancel()
        response = await post(text, limit, other)
      }
      return resultOf(await readJson(response), response.status)
    } catch (error) {
      if (!limit.aborted)
        throw isGraphError(error)
          ? error
          : clientError('NETWORK_ERROR', messageOf(error), { cause: error, retryable: true })
      if (signal?.aborted || life?.aborted)
        throw clientError('CANCELLED', 'The operation was cancelled.', { cause: error })
      throw clientError('TIMEOUT', `No answer within ${String(timeoutMs)} ms.`, { cause: error, retryable: true })
    } finally {
      clear()
    }
  }
}

/** @param {unknown} error */
const isGraphError = (error) => error instanceof Error && error.name === 'GraphError'

/**
 * @template Data
 * @param {Body | undefined} body
 * @param {number} status
 * @returns {GraphResult<Data>}
 */
const resultOf = (body, status) => {
  if (body === undefined) {
    throw clientError('INVALID_RESPONSE', `The server answered ${String(status)} without GraphQL.`, {
      retryable: status >= 500,
      extensions: { status },
    })
  }
  const errors = graphErrors(body.errors)
  if (body.data === undefined || body.data === null) throw asOne(errors)
  return { data: /** @type {Data} */ (body.data), errors }
}

/**
 * Aborts when one of the signals does, or after the time (`AbortSignal.any` leaks listeners on long-lived signals in some
 * versions of Node).
 * @param {number} ms
 * @param {readonly (AbortSignal | undefined)[]} signals
 */
const within = (ms, signals) => {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const timer = setTimeout(abort, ms)
  for (const signal of signals) {
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
  }
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer)
      for (const signal of signals) signal?.removeEventListener('abort', abort)
    },
  }
}
