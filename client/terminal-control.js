/** @import { GraphClient, GraphError as Failure, TerminalOptions } from './types.js' */
import { asOne, clientError, GraphError } from './errors.js'

/**
 * What one attachment needs.
 * @typedef {{ readonly sessionId: string, readonly url: string, readonly token: string }} Ticket
 */

/**
 * @typedef {object} Payload
 * @property {{ readonly id: string } | null} session
 * @property {string | null} [url]
 * @property {string | null} [token]
 * @property {readonly { readonly code: string, readonly message: string, readonly field: readonly string[] }[]} userErrors
 */

const TICKET = 'session { id } url token userErrors { code field message }'
const OPEN = `mutation OpenTerminal($input: OpenTerminalInput!) { terminal: openTerminal(input: $input) { ${TICKET} } }`
const REATTACH = `mutation ReattachTerminal($input: ReattachTerminalInput!) { terminal: reattachTerminal(input: $input) { ${TICKET} } }`
const CLOSE = `mutation CloseTerminal($input: CloseTerminalInput!) {
  terminal: closeTerminal(input: $input) { session { id } userErrors { code field message } }
}`

const ENDED = 'query EndedTerminal($id: ID!) { session: terminalSession(id: $id) { closeReason exitCode } }'

/** Refusals that pass. */
const PASSING = new Set(['TERMINAL_CAPACITY', 'TERMINAL_UNAVAILABLE'])

/**
 * How a session ended, as its row says.
 * @typedef {{ readonly closeReason: string | null, readonly exitCode: number | null }} Ended
 */

/**
 * The graph's part of terminals.
 * @param {Pick<GraphClient, 'query' | 'mutate'>} graph
 */
export const createTerminalControl = ({ query, mutate }) => {
  /**
   * @param {string} document
   * @param {Readonly<Record<string, unknown>>} input
   * @param {AbortSignal} [signal]
   */
  const ask = async (document, input, signal) => {
    /** @type {{ data: { terminal: Payload | null }, errors: readonly Failure[] }} */
    const { data, errors } = await mutate(document, { variables: { input }, ...(signal && { signal }) })
    if (!data.terminal) throw asOne(errors)
    return data.terminal
  }
  /**
   * @param {Payload} payload
   * @returns {Ticket}
   */
  const ticketOf = ({ session, url, token, userErrors: [refusal] }) => {
    if (refusal) throw refusalOf(refusal)
    if (!session || !url || !token) throw clientError('INVALID_RESPONSE', 'The server gave no terminal, and no reason.')
    return { sessionId: session.id, url, token }
  }
  return {
    /** @param {TerminalOptions} options */
    open: async ({ allocationId, columns, rows, record, signal }) =>
      ticketOf(await ask(OPEN, { allocationId, columns, rows, record }, signal)),
    /** @param {string} sessionId */
    reattach: async (sessionId) => ticketOf(await ask(REATTACH, { sessionId })),
    /**
     * @param {string} sessionId
     * @returns {Promise<Ended | undefined>} undefined where it cannot be told
     */
    ended: async (sessionId) => {
      try {
        /** @type {{ data: { session: Ended | null } }} */
        const { data } = await query(ENDED, { variables: { id: sessionId } })
        return data.session ?? undefined
      } catch {
        return undefined
      }
    },
    /** @param {string} sessionId */
    close: async (sessionId) => {
      const { userErrors } = await ask(CLOSE, { sessionId })
      const refusal = userErrors.find(({ code }) => code !== 'ALREADY_CLOSED')
      if (refusal) throw refusalOf(refusal)
    },
  }
}

/** @param {Payload['userErrors'][number]} refusal */
const refusalOf = ({ code, message, field }) =>
  new GraphError(code, message, { retryable: PASSING.has(code), extensions: { field } })
