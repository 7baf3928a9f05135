import type { Duplex } from 'node:stream'

/** What a WebSocket of the `ws` library has of it. */
interface Pausable {
  readonly bufferedAmount: number
  readonly pause: () => void
  readonly resume: () => void
  readonly on: (event: 'message', call: () => void) => unknown
}

/**
 * Reads no further messages of a client that has not read what it was sent before, once more than `maxBytes` wait for
 * it: who asks and never reads would else have everything that it asks for kept. `stream` is what the socket writes to.
 */
export const pauseWhileUnread = (socket: Pausable, stream: Duplex, maxBytes: number): void => {
  socket.on('message', () => {
    if (socket.bufferedAmount <= maxBytes || !stream.writableNeedDrain) return
    socket.pause()
    stream.once('drain', () => socket.resume())
  })
}
