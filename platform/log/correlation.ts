import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'
import { looksSecret } from './redact-text.ts'

/** What ties request, log line, audit row, event and notification together (R74). */
export interface Correlation {
  /** One id for everything that one request caused, however long after it. */
  readonly correlationId: string
  /** What caused this directly: the request itself, or the id of the event that is handled. */
  readonly causationId: string
}

/** The header by which a correlation id travels between client, gateway and subgraphs, and back. */
export const CORRELATION_HEADER = 'x-correlation-id'

const storage = new AsyncLocalStorage<Correlation>()

const SAFE = /^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$/

const ID_BYTES = 16
/** Random bytes for many ids at once: asking the system for each costs more than all the rest of one. */
const randomness = Buffer.alloc(ID_BYTES * 512)
let used = randomness.length

export const newCorrelationId = (): string => {
  if (used === randomness.length) {
    randomFillSync(randomness)
    used = 0
  }
  used += ID_BYTES
  return v7({ random: randomness.subarray(used - ID_BYTES, used) })
}

/** The correlation of something that nothing else caused. */
export const newCorrelation = (): Correlation => {
  const correlationId = newCorrelationId()
  return { correlationId, causationId: correlationId }
}

/**
 * The correlation of a request. A caller's own id is kept when it is 8 to 64 letters, digits, `_` and `-` and does
 * not look like a credential: it is stored in audit rows and echoed in answers. Else a new one is made.
 */
export const correlationOf = (inbound: unknown): Correlation =>
  typeof inbound === 'string' && SAFE.test(inbound) && !looksSecret(inbound)
    ? { correlationId: inbound, causationId: inbound }
    : newCorrelation()

/** Everything that `work` does, awaited or not, runs under these ids. */
export const runWithCorrelation = <T>(correlation: Correlation, work: () => T): T => storage.run(correlation, work)

/** Undefined outside of any request, event or job. */
export const currentCorrelation = (): Correlation | undefined => storage.getStore()
