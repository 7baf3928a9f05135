/**
 * How many milliseconds a gateway waits for a subgraph's answer from now on: a time and no moment, so that no two clocks
 * have to agree. A subgraph stops what nobody waits for any more.
 */
export const TIMEOUT_HEADER = 'x-request-timeout-ms'

const LONGEST_MS = 600_000

/** Undefined where none was sent, or what was is none. */
export const timeoutOf = (header: string | undefined): number | undefined => {
  if (header === undefined || !/^[1-9]\d{0,6}$/.test(header)) return undefined
  return Math.min(Number(header), LONGEST_MS)
}
