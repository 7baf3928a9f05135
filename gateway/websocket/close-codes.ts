/** Close codes of `graphql-transport-ws` and of RFC 6455 that this server uses. docs/guides/real-time.md explains them. */
export const CLOSE = {
  /** A message that is none of the protocol, binary ones included. */
  invalid: 4400,
  /** An operation before the acknowledgement. */
  unauthorized: 4401,
  /** Not, or no longer, authenticated; or a page of another site. */
  forbidden: 4403,
  subprotocol: 4406,
  initTimeout: 4408,
  duplicateId: 4409,
  tooMany: 4429,
  internal: 4500,
  serviceRestart: 1012,
  tryAgainLater: 1013,
} as const

/** WebSocket close frames have room for 123 bytes of reason. */
export const reasonOf = (text: string): string =>
  Buffer.from(text)
    .subarray(0, 123)
    .toString()
    .replace(/\uFFFD$/, '')
