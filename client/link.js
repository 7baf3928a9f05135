/** @import { CloseReason, ConnectionState } from './types.js' */
/** @import { Verdict } from './close-codes.js' */

/**
 * One connection to the server, from its opening to its end. It is never used again.
 * @typedef {object} Link
 * @property {(payload: Payload, observer: Observer) => () => void} subscribe before it is open as well; returns what stops it
 * @property {Promise<LinkEnd>} ended how it ended; never rejects. No observer hears anything after that
 * @property {(end?: LinkEnd) => void} close ends it at once, by default as the client's own wish
 */

/**
 * What is executed.
 * @typedef {{ readonly query: string, readonly variables: Readonly<Record<string, unknown>>, readonly operationName?: string }} Payload
 */

/**
 * What one operation hears. After `error` or `complete` nothing more.
 * @typedef {object} Observer
 * @property {(answer: { readonly data?: unknown, readonly errors?: unknown }) => void} next
 * @property {(errors: unknown) => void} error
 * @property {() => void} complete
 */

/**
 * @typedef {object} LinkEnd
 * @property {Verdict | 'own'} verdict `own`: `close` ended it
 * @property {CloseReason} reason
 * @property {number | undefined} [afterMs] the server asked for so much time
 */

/** @typedef {Extract<ConnectionState, { transport: string }>['transport']} Transport */

/**
 * Opens a link. `onOpened` is called once, when the server has taken it.
 * @typedef {(token: string | undefined, onOpened: () => void) => Link} OpenLink
 */

/** @type {LinkEnd} */
export const OWN_END = { verdict: 'own', reason: { code: 1000, text: 'Closed by this client' } }

/**
 * @param {unknown} error
 * @returns {string}
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error))

/**
 * A promise with its ends in hand (`Promise.withResolvers` is missing in Node 20).
 * @template T
 * @returns {{ readonly promise: Promise<T>, readonly resolve: (value: T) => void }}
 */
export const deferred = () => {
  /** @type {(value: T) => void} */
  let resolve = () => undefined
  /** @type {Promise<T>} */
  const promise = new Promise((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
