/** @import { GraphClientOptions, WebSocketConstructor } from './types.js' */
/** @import { Transport } from './link.js' */

/**
 * The options with their defaults.
 * @param {GraphClientOptions} given
 */
export const readOptions = (given) => {
  const url = new URL(given.url, pageAddress())
  const WebSocket = given.WebSocket ?? platformWebSocket()
  const { transport = 'auto' } = given
  /** @type {readonly Transport[]} */
  const transports = transport !== 'auto' ? [transport] : WebSocket ? ['websocket', 'sse'] : ['sse']
  return {
    url: url.href,
    webSocketUrl: new URL(given.webSocketUrl ?? url.href.replace(/^http/, 'ws'), pageAddress()).href,
    WebSocket,
    transports,
    token: given.token,
    terminalUrl: (/** @type {string} */ address) => String(given.terminalUrl?.(address) ?? address),
    // A browser's fetch wants to be called as a function of its window.
    fetch: given.fetch ?? ((/** @type {Parameters<typeof globalThis.fetch>} */ ...args) => globalThis.fetch(...args)),
    requestTimeoutMs: given.requestTimeoutMs ?? 30_000,
    connectTimeoutMs: given.connectTimeoutMs ?? 10_000,
    pingAfterMs: given.pingAfterMs ?? 10_000,
    lingerMs: given.lingerMs ?? 1_000,
    backoff: {
      baseMs: given.backoff?.baseMs ?? 250,
      maxMs: given.backoff?.maxMs ?? 30_000,
      random: given.random ?? Math.random,
    },
  }
}

/** @returns {string | undefined} where there is a page: its address */
const pageAddress = () => (typeof globalThis.location === 'object' ? globalThis.location.href : undefined)

/** @returns {WebSocketConstructor | undefined} */
const platformWebSocket = () => (typeof globalThis.WebSocket === 'function' ? globalThis.WebSocket : undefined)
