/** @import { CloseReason, WebSocketConstructor } from './types.js' */
/** @import { TerminalFrame } from './terminal-frames.js' */
import { deferred } from './link.js'
import { createSilence } from './silence.js'
import { pingFrame, readTerminalFrame, TERMINAL_PROTOCOL } from './terminal-frames.js'

/**
 * @typedef {object} TerminalLinkOptions
 * @property {string} url
 * @property {string} token
 * @property {WebSocketConstructor} WebSocket
 * @property {number} connectTimeoutMs
 * @property {number} pingAfterMs
 */

/**
 * One attachment to a terminal session, from its opening to its end.
 * @typedef {object} TerminalLink
 * @property {Promise<CloseReason>} ended never rejects; 0 is the code of what broke without one. Nothing is heard after it
 * @property {(frame: Uint8Array<ArrayBuffer>) => void} send nothing before the gateway said `ready`
 * @property {() => void} drop
 */

/** The client gave the socket up. */
const BROKEN = 4000

/**
 * @param {TerminalLinkOptions} options
 * @param {() => Uint8Array<ArrayBuffer>} hello asked when the socket is open
 * @param {(frame: TerminalFrame) => void} hear
 * @returns {TerminalLink}
 */
export const openTerminalLink = ({ url, token, WebSocket, connectTimeoutMs, pingAfterMs }, hello, hear) => {
  const socket = new WebSocket(url, [TERMINAL_PROTOCOL, `token.${token}`])
  socket.binaryType = 'arraybuffer'
  /** @type {{ promise: Promise<CloseReason>, resolve: (end: CloseReason) => void }} */
  const { promise: ended, resolve } = deferred()
  let isOver = false

  /** @param {CloseReason} end */
  const finish = (end) => {
    if (isOver) return
    isOver = true
    clearTimeout(opening)
    silence.stop()
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.onerror = ignore // `ws` throws what nobody listens to
    // A peer that is silent answers no closing handshake either.
    if (socket.terminate) socket.terminate()
    else socket.close(BROKEN)
    resolve(end)
  }
  /** @param {string} text */
  const lose = (text) => finish({ code: 0, text })

  const opening = setTimeout(() => lose('The terminal was not ready in time'), connectTimeoutMs)
  const silence = createSilence({
    afterMs: pingAfterMs,
    ask: () => socket.send(pingFrame()),
    onSilent: () => lose('The terminal gateway fell silent'),
  })

  socket.onopen = () => socket.send(hello())
  socket.onmessage = (/** @type {{ readonly data: unknown }} */ { data }) => {
    const frame =
      typeof data === 'object' && data !== null && 'byteLength' in data
        ? readTerminalFrame(/** @type {ArrayBuffer} */ (data))
        : undefined
    if (!frame) return lose('The terminal gateway sent what is no frame')
    if (frame.type === 'ready') clearTimeout(opening)
    silence.heard()
    hear(frame)
  }
  socket.onerror = ignore // a close follows
  socket.onclose = (/** @type {{ readonly code: number, readonly reason: string }} */ { code, reason }) =>
    finish({ code, text: reason || 'The connection was lost' })

  return {
    ended,
    send: (frame) => {
      if (!isOver) socket.send(frame)
    },
    drop: () => lose('Closed by this client'),
  }
}

const ignore = () => undefined
