/** @import { ConnectionState, GraphError as Failure } from './types.js' */
/** @import { Backoff } from './backoff.js' */
/** @import { Link, LinkEnd, Observer, OpenLink, Payload, Transport } from './link.js' */
/** @import { StateHolder } from './state.js' */
/** @import { Tokens } from './tokens.js' */
/** @import { TransportChoice } from './transports.js' */
import { clientError, GraphError } from './errors.js'
import { messageOf, OWN_END } from './link.js'
import { createNap } from './nap.js'

/**
 * What a subscription gives the connection: what to execute now (asked at each attempt), and who hears of it.
 * @typedef {object} Operation
 * @property {() => Payload} payload
 * @property {Observer} observer
 * @property {(error: Failure) => void} fail the connection is refused for good
 */

/**
 * @typedef {object} Attached
 * @property {() => void} restart executes it anew, with the payload of now
 * @property {() => void} stop
 */

/**
 * @typedef {object} Connection
 * @property {(operation: Operation) => Attached} attach
 * @property {(text: string) => void} renew the credential is no longer good: connects again with another
 * @property {() => void} close
 */

/**
 * @typedef {object} ConnectionOptions
 * @property {TransportChoice} transports
 * @property {Readonly<Record<Transport, OpenLink>>} open
 * @property {Tokens} tokens
 * @property {Backoff} backoff
 * @property {StateHolder<ConnectionState>} state
 * @property {number} lingerMs
 */

/** A connection that held so long was a good one: the waits begin anew. */
const STABLE_MS = 5_000
/** "Too many" is not over in a moment. */
const TOO_MANY_MS = 1_000
/** A server that takes no token of several is not asked for ever. */
const MAX_REFUSALS = 3

/**
 * The one connection that all subscriptions share: opened for the first, kept open for them whatever happens, closed
 * after the last.
 * @param {ConnectionOptions} options
 * @returns {Connection}
 */
export const createConnection = ({ transports, open, tokens, backoff, state, lingerMs }) => {
  /** @type {Map<Operation, (() => void) | undefined>} Each with what stops it on the link of now. */
  const operations = new Map()
  const nap = createNap()
  /** @type {Link | undefined} */
  let link
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let lingering
  let isRunning = false
  let isClosed = false
  let refusals = 0

  const isNeeded = () => operations.size > 0 && !isClosed
  const proveGood = () => {
    refusals = 0
    backoff.reset()
  }

  /** @param {Operation} operation */
  const start = (operation) => {
    if (!link || !operations.has(operation)) return
    operations.get(operation)?.()
    const { observer } = operation
    /** @type {Observer['next']} */
    const next = (answer) => {
      proveGood()
      observer.next(answer)
    }
    operations.set(operation, link.subscribe(operation.payload(), { ...observer, next }))
  }

  /**
   * One link, from its opening to its end.
   * @param {Transport} transport
   * @param {string | undefined} token
   * @returns {Promise<LinkEnd>}
   */
  const hold = async (transport, token) => {
    let openedAt = Infinity
    try {
      link = open[transport](token, () => {
        openedAt = performance.now()
        transports.opened(transport)
        state.set({ status: 'open', transport })
      })
    } catch (error) {
      return { verdict: 'refused', reason: { code: 0, text: messageOf(error) } }
    }
    for (const operation of operations.keys()) start(operation)
    const end = await link.ended
    link = undefined
    for (const operation of operations.keys()) operations.set(operation, undefined)
    if (performance.now() - openedAt >= STABLE_MS) proveGood()
    return end
  }

  /** @returns {Promise<LinkEnd>} */
  const attempt = async () => {
    const transport = transports.next()
    if (transport === undefined) return exhausted
    state.set({ status: 'connecting', transport, attempt: backoff.attempt() })
    /** @type {string | undefined} */
    let token
    try {
      token = await tokens.next()
    } catch (error) {
      if (error instanceof GraphError) return { verdict: 'fatal', reason: { code: 4403, text: error.message } }
      return { verdict: 'retry', reason: { code: 0, text: `There is no token: ${messageOf(error)}` } }
    }
    if (!isNeeded()) return OWN_END
    const end = await hold(transport, token)
    transports.ended(transport, end)
    if (end.verdict === 'refused') exhausted = { ...end, verdict: 'fatal' }
    if (end.verdict !== 'renew') return end
    tokens.refuse(token)
    refusals += 1
    return token === undefined || refusals > MAX_REFUSALS ? { ...end, verdict: 'fatal' } : end
  }
  /** @type {LinkEnd} What the last refused transport said. */
  let exhausted = { verdict: 'fatal', reason: { code: 0, text: 'There is no transport' } }

  /** @param {LinkEnd} end */
  const pause = async ({ verdict, reason, afterMs }) => {
    if (verdict === 'refused' || (verdict === 'renew' && refusals === 1)) return
    const ms = backoff.next(afterMs ?? (verdict === 'wait' ? TOO_MANY_MS : 0))
    state.set({ status: 'waiting', attempt: backoff.attempt(), retryAt: new Date(Date.now() + ms), reason })
    await nap.sleep(ms)
  }

  /** @param {LinkEnd['reason']} reason */
  const giveUp = (reason) => {
    state.set({ status: 'closed', reason })
    const failed = [...operations.keys()]
    operations.clear()
    for (const { fail } of failed) fail(errorOf(reason))
  }

  const run = async () => {
    isRunning = true
    while (isNeeded()) {
      const end = await attempt()
      if (!isNeeded()) break
      if (end.verdict === 'fatal') giveUp(end.reason)
      else if (end.verdict !== 'own') await pause(end)
    }
    isRunning = false
    if (state.current().status !== 'closed') state.set({ status: 'idle' })
  }

  /** @param {Operation} operation */
  const stop = (operation) => {
    operations.get(operation)?.()
    if (!operations.delete(operation) || operations.size > 0) return
    clearTimeout(lingering)
    lingering = setTimeout(() => link?.close(), lingerMs)
    nap.wake()
  }

  return {
    attach: (operation) => {
      if (isClosed) {
        queueMicrotask(() => operation.fail(clientError('CANCELLED', 'The client is closed.')))
        return { restart: () => undefined, stop: () => undefined }
      }
      clearTimeout(lingering)
      operations.set(operation, undefined)
      if (isRunning) start(operation)
      else void run()
      return { restart: () => start(operation), stop: () => stop(operation) }
    },
    renew: (text) => link?.close({ verdict: 'renew', reason: { code: 4403, text } }),
    close: () => {
      isClosed = true
      clearTimeout(lingering)
      link?.close()
      nap.wake()
      giveUp(OWN_END.reason)
    },
  }
}

/** @param {LinkEnd['reason']} reason */
const errorOf = ({ code, text }) => {
  if (code === OWN_END.reason.code) return clientError('CANCELLED', 'The client was closed.')
  if (code === 4403 || code === 401) return new GraphError('UNAUTHENTICATED', `The server takes no credential: ${text}`)
  return clientError('CONNECTION_REFUSED', text, { extensions: { closeCode: code } })
}
