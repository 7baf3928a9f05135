/** @import { CloseReason, Terminal, TerminalEnd, TerminalOptions, TerminalState, WebSocketConstructor } from './types.js' */
/** @import { Backoff } from './backoff.js' */
/** @import { createTerminalControl, Ticket } from './terminal-control.js' */
/** @import { ExitFrame, TerminalFrame } from './terminal-frames.js' */
/** @import { TerminalLink } from './terminal-link.js' */
import { GraphError } from './errors.js'
import { deferred, messageOf } from './link.js'
import { createNap } from './nap.js'
import { createState } from './state.js'
import { ackFrame, helloFrame, resizeFrame } from './terminal-frames.js'
import { createTerminalInput } from './terminal-input.js'
import { openTerminalLink } from './terminal-link.js'
import { createTerminalOutput } from './terminal-output.js'

/**
 * @typedef {object} TerminalParts
 * @property {Ticket} ticket of the first attachment
 * @property {TerminalOptions} options
 * @property {ReturnType<typeof createTerminalControl>} control
 * @property {{ readonly WebSocket: WebSocketConstructor, readonly connectTimeoutMs: number, readonly pingAfterMs: number }} sockets
 * @property {(url: string) => string} addressOf
 * @property {Backoff} backoff
 * @property {() => void} onEnd
 */

/** Of the codes above 4000, those after which the session may run on: SLOW_CLIENT, INTERNAL. */
const PASSING = new Set([4440, 4500])
/** A connection that held so long was a good one: the waits begin anew. */
const STABLE_MS = 5_000
/** A network on which tokens are always too old when they arrive is not tried for ever. */
const MAX_EXPIRED = 3

/**
 * A terminal session that outlives its connections: attached again where it was cut, each byte once in both directions.
 * @param {TerminalParts} parts
 * @returns {Terminal & { readonly leave: () => void }}
 */
export const createTerminal = ({ ticket, options, control, sockets, addressOf, backoff, onEnd }) => {
  const { sessionId } = ticket
  const state = createState(/** @type {TerminalState} */ ({ status: 'connecting', attempt: 0 }))
  const input = createTerminalInput()
  const output = createTerminalOutput({
    onLost: options.onLost,
    acknowledge: (offset) => send(ackFrame(offset)),
    onReturn: () => void close().catch(() => undefined), // a session that is left ends by itself
  })
  const nap = createNap()
  /** @type {{ promise: Promise<TerminalEnd>, resolve: (end: TerminalEnd) => void }} */
  const { promise: exit, resolve } = deferred()
  let size = { columns: options.columns ?? 80, rows: options.rows ?? 24 }
  let toldSize = size
  /** @type {TerminalLink | undefined} */
  let link
  /** @type {ExitFrame | undefined} */
  let exited
  let readyAt = Infinity
  let expired = 0
  let isOver = false

  /** @param {Uint8Array<ArrayBuffer>} frame */
  const send = (frame) => {
    if (readyAt !== Infinity) link?.send(frame)
  }
  const tellSize = () => {
    if (readyAt === Infinity || (size.columns === toldSize.columns && size.rows === toldSize.rows)) return
    toldSize = size
    send(resizeFrame(size))
  }

  /**
   * @param {CloseReason} reason
   * @param {number} [exitCode] where no `exit` told it
   */
  const finish = ({ code, text }, exitCode = exited?.code) => {
    if (isOver) return
    isOver = true
    options.signal?.removeEventListener('abort', abort)
    input.end()
    output.end()
    link?.drop()
    nap.wake()
    const end = { code, reason: text, exitCode, signal: exited?.signal }
    state.set({ status: 'closed', end })
    onEnd()
    resolve(end)
  }

  /** @param {TerminalFrame} frame */
  const hear = (frame) => {
    if (frame.type === 'output') {
      backoff.reset()
      output.put(frame)
    } else if (frame.type === 'input-ack') input.taken(frame.offset)
    else if (frame.type === 'exit') exited = frame
    else if (frame.type === 'ready') {
      if (readyAt === Infinity) readyAt = performance.now()
      expired = 0
      output.goOn(frame)
      state.set({ status: 'open' })
      tellSize()
      input.goOn(frame.inputOffset, send)
    }
  }

  /**
   * One attachment.
   * @param {Ticket} next
   * @returns {Promise<CloseReason>} how it ended
   */
  const attach = async ({ url, token }) => {
    state.set({ status: 'connecting', attempt: backoff.attempt() })
    const hello = () => {
      toldSize = size
      return helloFrame(output.offset(), size)
    }
    link = openTerminalLink({ ...sockets, url: addressOf(url), token }, hello, hear)
    const end = await link.ended
    if (performance.now() - readyAt >= STABLE_MS) backoff.reset()
    link = undefined
    readyAt = Infinity
    input.pause()
    return end
  }

  /**
   * Waits, and asks for another attachment.
   * @param {CloseReason} reason
   * @returns {Promise<Ticket | undefined>} undefined: not this time
   */
  const again = async (reason) => {
    const ms = backoff.next()
    if (!isOver)
      state.set({ status: 'waiting', attempt: backoff.attempt(), retryAt: new Date(Date.now() + ms), reason })
    await nap.sleep(isOver ? 0 : ms)
    await output.room()
    if (isOver) return undefined
    try {
      return await control.reattach(sessionId)
    } catch (error) {
      if (!(error instanceof GraphError)) finish({ code: 0, text: messageOf(error) })
      else if (error.code === 'SESSION_CLOSED') await learnEnd({ code: 0, text: error.code })
      else if (!error.retryable) finish({ code: 0, text: error.code })
      return undefined
    }
  }

  /**
   * It ended while nobody was attached to hear of it: its row says how.
   * @param {CloseReason} reason
   */
  const learnEnd = async ({ code, text }) => {
    const ended = await control.ended(sessionId)
    finish({ code, text: ended?.closeReason ?? text }, ended?.exitCode ?? undefined)
  }

  /** @param {CloseReason} end */
  const isFinal = ({ code, text }) => {
    if (code === 4401 && text === 'TERMINAL_TOKEN_EXPIRED') return (expired += 1) > MAX_EXPIRED
    return code >= 4000 ? !PASSING.has(code) : [1002, 1003, 1007, 1008, 1009, 1010].includes(code)
  }

  const run = async () => {
    /** @type {Ticket | undefined} */
    let next = ticket
    /** @type {CloseReason} */
    let last = { code: 0, text: '' }
    while (!isOver) {
      if (next) last = await attach(next)
      if (next && last.text === 'TERMINAL_SESSION_CLOSED') await learnEnd(last)
      else if (next && isFinal(last)) finish(last)
      else next = await again(last)
    }
  }

  const close = async () => {
    if (isOver) return
    finish({ code: 4410, text: 'CLOSED_BY_USER' })
    await control.close(sessionId)
  }
  const abort = () => {
    output.discard()
    close().catch(() => undefined) // a session that is left ends by itself
  }

  options.signal?.addEventListener('abort', abort)
  if (options.signal?.aborted) queueMicrotask(abort)
  run().catch((/** @type {unknown} */ error) => finish({ code: 0, text: messageOf(error) }))

  return {
    sessionId,
    output: output.reader,
    exit,
    get state() {
      return state.current()
    },
    onState: state.listen,
    write: (data) => input.write(typeof data === 'string' ? new TextEncoder().encode(data) : data),
    resize: (columns, rows) => {
      size = { columns, rows }
      tellSize()
    },
    close,
    leave: () => finish({ code: 0, text: 'LEFT' }),
    [Symbol.asyncDispose]: close,
  }
}
