import type { Channel, KeyFamily } from './inventory.ts'

/** The cache port: values, locks and low-latency fan-out. In process, or Redis where several processes share it. */
export interface Cache {
  /** Tenant parts come first in every key (R98): `[family, ...parts]`, joined so that no part can forge a separator. */
  readonly get: (key: CacheKey) => Promise<string | undefined>
  readonly set: (key: CacheKey, value: string, ttlMs: number) => Promise<void>
  /** True when the key was absent and is now held. */
  readonly setIfAbsent: (key: CacheKey, value: string, ttlMs: number) => Promise<boolean>
  /** Reads and deletes in one step: of many racing callers one gets the value. */
  readonly take: (key: CacheKey) => Promise<string | undefined>
  readonly delete: (key: CacheKey) => Promise<void>
  /** Deletes every key that begins with these parts: `['grants', organization]`. Not atomic; for dropping, not for locks. */
  readonly deleteUnder: (prefix: CacheKey) => Promise<void>
  /** Adds one and returns the count; the first increment starts the time to live. */
  readonly increment: (key: CacheKey, ttlMs: number) => Promise<number>
  /** A hint, never the truth: it may be lost, repeated or reordered. */
  readonly publish: (channel: Channel, message: string) => Promise<void>
  readonly subscribe: (channel: Channel, listener: (message: string) => void) => Promise<Unsubscribe>
  /** Resolves when the cache answers. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The family's name, then the tenant's part where it is a tenant's, then the rest (inventory.ts). */
export type CacheKey = readonly [family: KeyFamily, ...parts: string[]]

export type Unsubscribe = () => Promise<void>
