/** @import { ConnectionState, GraphClient } from './types.js' */
import { createBackoff } from './backoff.js'
import { createConnection } from './connection.js'
import { clientError } from './errors.js'
import { openEventLink } from './event-link.js'
import { createRequester } from './http.js'
import { openNotifications } from './notifications.js'
import { readOptions } from './options.js'
import { openSocketLink } from './socket-link.js'
import { createState } from './state.js'
import { createSubscription } from './subscription.js'
import { createTerminal } from './terminal.js'
import { createTerminalControl } from './terminal-control.js'
import { createTokens } from './tokens.js'
import { createTransportChoice } from './transports.js'

/** @type {typeof import('./types.js').createGraphClient} */
export const createGraphClient = (given) => {
  const options = readOptions(given)
  const { url, fetch, requestTimeoutMs: timeoutMs, connectTimeoutMs, pingAfterMs, lingerMs, WebSocket } = options
  const tokens = createTokens(options.token)
  const state = createState(/** @type {ConnectionState} */ ({ status: 'idle' }))
  const life = new AbortController()
  const request = createRequester({ url, fetch, tokens, timeoutMs })
  /** @type {Set<{ readonly fail: (error: ReturnType<typeof clientError>) => void }>} */
  const open = new Set()
  /** @type {Set<{ readonly leave: () => void }>} */
  const terminals = new Set()
  const connection = createConnection({
    transports: createTransportChoice(options.transports),
    tokens,
    state,
    lingerMs,
    backoff: createBackoff(options.backoff),
    open: {
      websocket: (token, onOpened) => {
        if (!WebSocket) throw new Error('There is no WebSocket here: give one as the option `WebSocket`')
        const settings = { url: options.webSocketUrl, WebSocket, connectTimeoutMs, pingAfterMs }
        return openSocketLink(settings, token, onOpened)
      },
      sse: (token, onOpened) => openEventLink({ url, fetch, connectTimeoutMs, pingAfterMs }, token, onOpened),
    },
  })

  /** @type {GraphClient} */
  const client = {
    query: (document, more) => request(document, more, life.signal),
    mutate: (document, more) => request(document, more, life.signal),
    subscribe: (query, more = {}) => {
      const backoff = createBackoff(options.backoff)
      const onEnd = () => void open.delete(subscription)
      const subscription = createSubscription({ connection, query, options: more, backoff, onEnd })
      open.add(subscription)
      return subscription
    },
    notifications: (more) => openNotifications(client, more),
    openTerminal: async (more) => {
      if (!WebSocket) throw clientError('CONNECTION_REFUSED', 'There is no WebSocket here: give one as an option.')
      const control = createTerminalControl(client)
      const terminal = createTerminal({
        ticket: await control.open(more),
        options: more,
        control,
        sockets: { WebSocket, connectTimeoutMs, pingAfterMs },
        addressOf: options.terminalUrl,
        backoff: createBackoff(options.backoff),
        onEnd: () => void terminals.delete(terminal),
      })
      terminals.add(terminal)
      if (life.signal.aborted) terminal.leave()
      return terminal
    },
    get state() {
      return state.current()
    },
    onState: state.listen,
    close: async () => {
      life.abort()
      connection.close()
      for (const { leave } of [...terminals]) leave()
      for (const { fail } of [...open]) fail(clientError('CANCELLED', 'The client was closed.'))
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
  return client
}
