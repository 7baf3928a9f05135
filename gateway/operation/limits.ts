import type { Config } from '../../platform/config/config.ts'

/** How much one request may ask for. */
export interface Limits {
  readonly maxBodyBytes: number
  readonly maxTokens: number
  readonly maxDepth: number
  readonly maxAliases: number
  readonly maxRootFields: number
  /** Fields of an operation with its fragments expanded: what planning and completion cost. */
  readonly maxFields: number
  /** What one operation may cost, its lists counted by what they are asked for (`compileCost`). */
  readonly maxCost: number
  /** Operations in one request, sent as a list; 0: lists are refused. */
  readonly maxBatch: number
  readonly requestTimeoutMs: number
  /** What compiled operations may take together. */
  readonly planCacheBytes: number
  readonly maxOperationsPerConnection: number
  /** Connections that last: WebSockets and event streams. */
  readonly maxConnections: number
  readonly maxConnectionsPerPrincipal: number
  readonly maxConnectionsPerAddress: number
  /** Events that may wait for a client that does not read them. */
  readonly maxQueuedEvents: number
  readonly maxQueuedBytes: number
}

export const DEFAULT_LIMITS: Limits = {
  maxBodyBytes: 1_048_576,
  maxTokens: 5000,
  maxDepth: 20,
  maxAliases: 60,
  maxRootFields: 30,
  maxFields: 10_000,
  maxCost: 1_000_000,
  maxBatch: 0,
  requestTimeoutMs: 30_000,
  planCacheBytes: 67_108_864,
  maxOperationsPerConnection: 100,
  maxConnections: 25_000,
  maxConnectionsPerPrincipal: 12_500,
  maxConnectionsPerAddress: 12_500,
  maxQueuedEvents: 1000,
  maxQueuedBytes: 1_048_576,
}

/** The limits that a process was given; the others keep their defaults. */
export const limitsOf = (config: Config): Partial<Limits> => ({
  maxBodyBytes: config.maxBodyBytes,
  maxTokens: config.maxTokens,
  maxDepth: config.maxDepth,
  maxAliases: config.maxAliases,
  maxRootFields: config.maxRootFields,
  maxCost: config.maxCost,
  maxBatch: config.maxBatch,
  requestTimeoutMs: config.requestTimeoutMs,
  planCacheBytes: config.planCacheBytes,
  maxOperationsPerConnection: config.maxOperationsPerConnection,
  maxConnections: config.maxConnections,
  maxConnectionsPerPrincipal: config.maxConnectionsPerPrincipal,
  maxConnectionsPerAddress: config.maxConnectionsPerAddress,
  maxQueuedEvents: config.maxQueuedEvents,
  maxQueuedBytes: config.maxQueuedBytes,
})
