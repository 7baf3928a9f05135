/** @import { GraphClientOptions } from './types.js' */
import { GraphError } from './errors.js'

/**
 * @typedef {object} Tokens
 * @property {() => Promise<string | undefined>} next rejects with `UNAUTHENTICATED` when there is no other than the one that was refused
 * @property {(token: string | undefined) => void} refuse the server did not take it, or took it no longer
 */

/**
 * @param {GraphClientOptions['token']} give
 * @returns {Tokens}
 */
export const createTokens = (give) => {
  /** @type {{ readonly token: string | undefined } | undefined} */
  let refused
  return {
    next: async () => {
      const token = await give?.({ refused: refused?.token })
      if (refused === undefined || token !== refused.token) return token
      throw new GraphError('UNAUTHENTICATED', 'The server refused the token, and there is no other.')
    },
    refuse: (token) => {
      refused = { token }
    },
  }
}
