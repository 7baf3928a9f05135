/** @import { WebSocketConstructor } from './types.js' */
/** @import { Link, LinkEnd, Observer } from './link.js' */
import { verdictOnClose } from './close-codes.js'
import { deferred, OWN_END } from './link.js'
import { createSilence } from './silence.js'

/**
 * @typedef {object} SocketOptions
 * @property {string} url
 * @property {WebSocketConstructor} WebSocket
 * @property {number} connectTimeoutMs
 * @property {number} pingAfterMs
 */

/**
 * @typedef {{ readonly type?: unknown, readonly id?: unknown, readonly payload?: unknown }} Message
 */

const NORMAL = 1000
/** Close codes that a client may send; the server learns nothing from the others. */
const BROKEN = 4000

/**
 * One WebSocket that speaks `graphql-transport-ws`, for all operations of the client.
 * @param {SocketOptions} options
 * @param {string | undefined} token
 * @param {() => void} onOpened
 * @returns {Link}
 */
export const openSocketLink = ({ url, WebSocket, connectTimeoutMs, pingAfterMs }, token, onOpened) => {
  const socket = new WebSocket(url, ['graphql-transport-ws'])
  /** @type {Map<string, Observer>} */
  const observers = new Map()
  /** @type {{ promise: Promise<LinkEnd>, resolve: (end: LinkEnd) => void }} */
  const { promise: ended, resolve } = deferred()
  /** @type {string[] | undefined} What waits for the acknowledgement; undefined after it. */
  let waiting = []
  let isOver = false
  let nextId = 1

  /** @param {Readonly<Record<string, unknown>>} message */
  const send = (message) => socket.send(JSON.stringify(message))
  /** @param {Readonly<Record<string, unknown>>} message */
  const sendAcknowledged = (message) => {
    if (waiting) waiting.push(JSON.stringify(message))
    else send(message)
  }

  /** @param {LinkEnd} end */
  const finish = (end, code = NORMAL) => {
    if (isOver) return
    isOver = true
    clearTimeout(opening)
    silence.stop()
    observers.clear()
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.onerror = ignore // `ws` throws what nobody listens to
    // A peer that is silent answers no closing handshake either.
    if (code === BROKEN && socket.terminate) socket.terminate()
    else socket.close(code)
    resolve(end)
  }
  /** @param {string} text */
  const lose = (text) => finish({ verdict: 'retry', reason: { code: 0, text } }, BROKEN)

  const opening = setTimeout(() => lose('The server did not acknowledge the connection in time'), connectTimeoutMs)
  const silence = createSilence({
    afterMs: pingAfterMs,
    ask: () => send({ type: 'ping' }),
    onSilent: () => lose('The server fell silent'),
  })

  const acknowledge = () => {
    if (!waiting) return
    clearTimeout(opening)
    for (const text of waiting) socket.send(text)
    waiting = undefined
    silence.heard()
    onOpened()
  }

  /** @param {Message} message */
  const receive = ({ type, id, payload }) => {
    const key = String(id)
    const observer = observers.get(key)
    if (type === 'connection_ack') acknowledge()
    else if (type === 'ping') send({ type: 'pong' })
    else if (type === 'next') observer?.next(payload ?? {})
    else if (type === 'error') {
      observers.delete(key)
      observer?.error(payload)
    } else if (type === 'complete') {
      observers.delete(key)
      observer?.complete()
    }
  }

  socket.onopen = () => send({ type: 'connection_init', payload: token ? { authorization: `Bearer ${token}` } : {} })
  socket.onmessage = (/** @type {{ readonly data: unknown }} */ { data }) => {
    if (!waiting) silence.heard()
    const message = messageIn(data)
    if (message) receive(message)
    else lose('The server sent what is no message')
  }
  socket.onerror = ignore // a close follows
  socket.onclose = (/** @type {{ readonly code: number, readonly reason: string }} */ { code, reason }) => {
    const text = reason || 'The connection was lost'
    finish({ verdict: verdictOnClose(code), reason: { code, text } })
  }

  return {
    ended,
    close: (end = OWN_END) => finish(end),
    subscribe: (payload, observer) => {
      const id = String(nextId++)
      observers.set(id, observer)
      sendAcknowledged({ id, type: 'subscribe', payload })
      return () => {
        if (observers.delete(id)) sendAcknowledged({ id, type: 'complete' })
      }
    },
  }
}

const ignore = () => undefined

/**
 * @param {unknown} data
 * @returns {Message | undefined}
 */
const messageIn = (data) => {
  if (typeof data !== 'string') return undefined
  try {
    const message = JSON.parse(data)
    return typeof message === 'object' && message !== null ? message : undefined
  } catch {
    return undefined
  }
}
