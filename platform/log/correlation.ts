import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'
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

/** What a UUIDv7 has of chance, as hexadecimal: 74 bits, a digit of which is the variant. */
const DIGITS = 19
/** Randomness for many ids at once: asking the system for each costs more than all the rest of one. */
const randomness = Buffer.alloc(DIGITS * 512)
let digits = ''
let used = 0
const VARIANT = '89ab'

/** The first half of the ids of one millisecond: a time in 48 bits. */
let time = { at: -1, text: '' }

const timeText = (at: number): string => {
  const hex = at.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7`
}

/** A UUIDv7 (RFC 9562, section 5.7). */
export const newCorrelationId = (): string => {
  if (used === digits.length) {
    digits = randomFillSync(randomness).toString('hex')
    used = 0
  }
  const at = Date.now()
  if (at !== time.at) time = { at, text: timeText(at) }
  const from = used
  used += DIGITS
  const variant = VARIANT[Number.parseInt(digits.charAt(from), 16) & 3] ?? '8'
  const [a, b, c] = [from + 1, from + 4, from + 7]
  return `${time.text}${digits.slice(a, b)}-${variant}${digits.slice(b, c)}-${digits.slice(c, used)}`
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
export const correlationOf = (inbound: unknown): Correlation => {
  const correlationId = correlationIdOf(inbound)
  return { correlationId, causationId: correlationId }
}

/** Its id alone. */
export const correlationIdOf = (inbound: unknown): string =>
  typeof inbound === 'string' && SAFE.test(inbound) && !looksSecret(inbound) ? inbound : newCorrelationId()

/** Everything that `work` does, awaited or not, runs under these ids. */
export const runWithCorrelation = <T>(correlation: Correlation, work: () => T): T => storage.run(correlation, work)

/** Undefined outside of any request, event or job. */
export const currentCorrelation = (): Correlation | undefined => storage.getStore()
