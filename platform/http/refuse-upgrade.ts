import type { Duplex } from 'node:stream'

/**
 * Answers who asked for a WebSocket that there is none. Node has given the socket away: a client that resets it, or never
 * closes its side, is nobody's but ours to bear.
 */
export const refuseUpgrade = (socket: Duplex, status: string): void => {
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
