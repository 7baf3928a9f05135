/**
 * Every code with which a terminal gateway closes a client's WebSocket (docs/guides/terminal.md says what a client does
 * with each). The reason text of the close is the name, or for `TOKEN` the code of the refusal.
 */
export const CLOSE = {
  /** The gateway restarts or drains: the session runs on, reattach. RFC 6455. */
  DRAINING: 1012,
  /** Something that the gateway needs did not answer: try again later. RFC 6455. */
  TRY_AGAIN_LATER: 1013,
  /** A frame that is none, one that does not belong there, text, or a promise of the protocol broken. */
  PROTOCOL_ERROR: 4002,
  /** The token is missing, unknown, expired, spent, or another gateway's. */
  TOKEN: 4401,
  /** Whoever opened it may not hold it any more. */
  REVOKED: 4403,
  /** Nothing happened in it for as long as may be. */
  IDLE: 4408,
  /** A later attachment of the same session took over. */
  TAKEN_OVER: 4409,
  /** The session is over: its program ended (an `exit` frame came before), or somebody closed it. */
  CLOSED: 4410,
  /** The node is out of reach, and with it the program. */
  NODE_LOST: 4411,
  /** The allocation was released. */
  RELEASED: 4412,
  /** A message is larger than any frame may be. */
  MESSAGE_TOO_LARGE: 4413,
  /** The session has lasted as long as one may. */
  MAX_DURATION: 4414,
  /** No `hello` came in time after the connection was open. */
  HELLO_TIMEOUT: 4415,
  /** The gateway, the allocation or the user has as many terminals as it may. What is open stays. */
  TERMINAL_CAPACITY: 4429,
  /** The client took nothing in for too long: the session runs on, reattach. */
  SLOW_CLIENT: 4440,
  /** A fault of the gateway's, or its node was away for a moment: the session may run on, reattach. */
  INTERNAL: 4500,
} as const

export type CloseName = keyof typeof CLOSE
