import { deferred } from './link.js'
import { inputFrame, MAX_INPUT_BYTES } from './terminal-frames.js'

/** How much may be under way that the terminal did not say it took in. */
const WINDOW_BYTES = 262_144

/**
 * What was written to a terminal and not taken in by it yet: kept, so that after a lost connection it goes on from the
 * byte that the terminal misses, and nothing is typed twice or never.
 * @typedef {object} TerminalInput
 * @property {(bytes: Uint8Array) => Promise<void>} write resolves when all of it was taken in, or at the end
 * @property {(offset: number, send: (frame: Uint8Array<ArrayBuffer>) => void) => void} goOn all before `offset` has arrived; how much of it was taken in is told by `taken`
 * @property {(offset: number) => void} taken
 * @property {() => void} pause there is no connection
 * @property {() => void} end
 */

/** @returns {TerminalInput} */
export const createTerminalInput = () => {
  /** @type {{ readonly offset: number, readonly bytes: Uint8Array }[]} */
  let chunks = []
  /** @type {{ readonly offset: number, readonly resolve: (value: void) => void }[]} */
  let writers = []
  /** @type {((frame: Uint8Array<ArrayBuffer>) => void) | undefined} */
  let send
  let takenTo = 0
  let sentTo = 0
  let end = 0
  let isOver = false

  const flush = () => {
    if (!send) return
    for (const { offset, bytes } of chunks) {
      const from = sentTo - offset
      if (from >= bytes.length) continue
      const piece = bytes.subarray(from, from + Math.max(0, WINDOW_BYTES - (sentTo - takenTo)))
      if (piece.length === 0) return
      send(inputFrame(piece))
      sentTo += piece.length
      if (from + piece.length < bytes.length) return
    }
  }
  /** @param {number} offset */
  const advance = (offset) => {
    takenTo = Math.max(takenTo, offset)
    const kept = chunks.findIndex((chunk) => chunk.offset + chunk.bytes.length > takenTo)
    chunks = kept === -1 ? [] : chunks.slice(kept)
    while (writers[0] && writers[0].offset <= takenTo) writers.shift()?.resolve()
  }

  return {
    write: async (bytes) => {
      if (isOver || bytes.length === 0) return
      for (let at = 0; at < bytes.length; at += MAX_INPUT_BYTES) {
        const piece = bytes.slice(at, at + MAX_INPUT_BYTES) // a copy: the caller may use its buffer again
        chunks.push({ offset: end, bytes: piece })
        end += piece.length
      }
      /** @type {{ promise: Promise<void>, resolve: (value: void) => void }} */
      const { promise, resolve } = deferred()
      writers.push({ offset: end, resolve })
      flush()
      await promise
    },
    goOn: (offset, through) => {
      send = through
      sentTo = Math.max(offset, takenTo)
      flush()
    },
    taken: (offset) => {
      advance(offset)
      flush()
    },
    pause: () => {
      send = undefined
    },
    end: () => {
      isOver = true
      send = undefined
      chunks = []
      for (const { resolve } of writers) resolve()
      writers = []
    },
  }
}
