/** @import { TerminalOptions } from './types.js' */
/** @import { OutputFrame, ReadyFrame } from './terminal-frames.js' */
import { createInbox } from './inbox.js'
import { deferred } from './link.js'

/** What the gateway sends beyond the last acknowledgement. */
const WINDOW_BYTES = 1_048_576
/** A fast reader acknowledges so often, and whenever it has read everything. */
const ACK_EVERY_BYTES = 65_536

/**
 * The output of a terminal between its connections and its reader. What was handed over is acknowledged when the reader asks
 * for more: a slow one makes the gateway wait, and the program behind it.
 * @typedef {object} TerminalOutput
 * @property {AsyncIterableIterator<Uint8Array, undefined>} reader
 * @property {() => number} offset of the first byte that did not come yet
 * @property {(frame: ReadyFrame) => void} goOn
 * @property {(frame: OutputFrame) => void} put
 * @property {() => Promise<void>} room resolves when less waits than the gateway would send at once
 * @property {() => void} end what waits is still read
 * @property {() => void} discard
 */

/**
 * @typedef {object} TerminalOutputParts
 * @property {TerminalOptions['onLost']} onLost
 * @property {(offset: number) => void} acknowledge
 * @property {() => void} onReturn the reader wants no more
 */

/**
 * @param {TerminalOutputParts} parts
 * @returns {TerminalOutput}
 */
export const createTerminalOutput = ({ onLost, acknowledge, onReturn }) => {
  /** @type {import('./inbox.js').Inbox<{ readonly bytes: Uint8Array, readonly end: number } | { readonly lost: number, readonly end: number }>} */
  const inbox = createInbox()
  /** @type {{ promise: Promise<void>, resolve: (value: void) => void } | undefined} */
  let room
  let received = 0
  let handed = 0
  let acknowledged = 0
  let unread = 0

  const makeRoom = () => {
    room?.resolve()
    room = undefined
  }
  const acknowledgeRead = () => {
    if (handed === acknowledged || (unread > 0 && handed - acknowledged < ACK_EVERY_BYTES)) return
    acknowledged = handed
    acknowledge(handed)
  }
  /** @param {number} bytes @param {number} offset */
  const lose = (bytes, offset) => {
    if (bytes > 0) inbox.put({ lost: bytes, end: offset })
    received = Math.max(received, offset)
  }
  /** @returns {Promise<IteratorResult<Uint8Array, undefined>>} */
  const next = async () => {
    acknowledgeRead()
    for (;;) {
      const { done, value } = await inbox.take()
      if (done) return { done, value }
      handed = value.end
      if ('bytes' in value) {
        unread -= value.bytes.length
        if (unread < WINDOW_BYTES) makeRoom()
        return { done: false, value: value.bytes }
      }
      onLost?.({ bytes: value.lost, offset: value.end })
    }
  }

  return {
    reader: {
      next,
      return: async () => {
        onReturn()
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    },
    offset: () => received,
    goOn: ({ offset, lost }) => lose(lost, offset),
    put: ({ offset, bytes }) => {
      const fresh = bytes.subarray(Math.max(0, received - offset))
      if (fresh.length === 0) return
      if (offset > received) lose(offset - received, offset)
      received += fresh.length
      unread += fresh.length
      inbox.put({ bytes: fresh, end: received })
    },
    room: async () => {
      if (unread < WINDOW_BYTES) return
      room ??= deferred()
      await room.promise
    },
    end: () => {
      inbox.end()
      makeRoom()
    },
    discard: () => {
      inbox.discard()
      makeRoom()
    },
  }
}
