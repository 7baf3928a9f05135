import { NODE_GRACE_MS, PING_MS } from '../node-link/liveness.ts'

/** How much one terminal gateway takes on, and how long it waits. Times are in milliseconds. */
export interface TerminalLimits {
  /** Sessions, attached or not. */
  readonly maxSessions: number
  readonly maxPerAllocation: number
  readonly maxPerUser: number
  /** Open sockets of one address of clients. */
  readonly maxPerAddress: number
  /** Links of one address whose agent has not shown yet who it is. */
  readonly maxUnprovenPerAddress: number
  /** From the open connection to its `hello`. */
  readonly helloMs: number
  /** For a node to open a terminal. */
  readonly openMs: number
  /** How long a node may be away before its sessions are lost. */
  readonly nodeGraceMs: number
  /** How long a client may take nothing in while its program waits for it. */
  readonly slowClientMs: number
  readonly pingMs: number
}

export const DEFAULT_LIMITS: TerminalLimits = {
  maxSessions: 500,
  maxPerAllocation: 20,
  maxPerUser: 20,
  maxPerAddress: 256,
  maxUnprovenPerAddress: 32,
  helloMs: 5000,
  openMs: 10_000,
  nodeGraceMs: NODE_GRACE_MS,
  slowClientMs: 30_000,
  pingMs: PING_MS,
}

/** The largest message of a client; what is larger closes its connection before it is in memory. */
export const MAX_CLIENT_MESSAGE_BYTES = 128 * 1024

/** The largest message of a node agent. */
export const MAX_AGENT_MESSAGE_BYTES = 2 * 1024 * 1024
