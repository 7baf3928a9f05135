import type { WebSocket } from 'ws'

/** `graphql-transport-ws`: not, or no longer, authenticated. */
const FORBIDDEN = 4403

/** How long a connection may stay that has shown no valid token. */
const PROOF_MS = 10_000

/**
 * Connections prove nothing when they open; their first message with a valid internal token shows that a gateway
 * speaks. One that shows none in time, or a bad one before a good one, is closed (R88). Later a bad token costs its
 * own operation alone: the connection is shared by the callers of that gateway.
 */
export const socketProofs = (proofMs = PROOF_MS) => {
  const unproven = new WeakMap<WebSocket, NodeJS.Timeout>()
  const close = (socket: WebSocket): void => {
    socket.close(FORBIDDEN, 'No valid internal token')
  }
  const forget = (socket: WebSocket): void => {
    clearTimeout(unproven.get(socket))
    unproven.delete(socket)
  }
  return {
    opened: (socket: WebSocket): void => {
      const timer = setTimeout(() => {
        close(socket)
      }, proofMs)
      unproven.set(socket, timer)
      socket.once('close', () => {
        forget(socket)
      })
    },
    proven: forget,
    /** Once the refusal itself is sent. */
    refused: (socket: WebSocket): void => {
      if (unproven.has(socket)) setImmediate(close, socket)
    },
  }
}
