/** How often a gateway asks whether a link is there, in milliseconds: one that has not answered by the next time is ended. */
export const PING_MS = 12_000

/** How long a gateway waits for a node whose link has ended, before what it had there is lost. */
export const NODE_GRACE_MS = 10_000

/**
 * How long an agent hears nothing before it takes a link for half open, and dials again: longer than from one ping to the
 * next, and with time to spare before the gateway, which notices after two pings, has waited for the node.
 */
export const SILENCE_MS = 20_000
