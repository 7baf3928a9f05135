/**
 * How long to wait before the next attempt, with full jitter: clients that were cut off together do not come back
 * together (M. Brooker, "Exponential Backoff And Jitter").
 * @typedef {object} Backoff
 * @property {() => number} attempt how many waits there were since the last success
 * @property {(floorMs?: number) => number} next milliseconds; `floorMs` is waited in any case
 * @property {() => void} reset after a success
 */

/**
 * @param {{ baseMs: number, maxMs: number, random: () => number }} options
 * @returns {Backoff}
 */
export const createBackoff = ({ baseMs, maxMs, random }) => {
  let attempt = 0
  return {
    attempt: () => attempt,
    next: (floorMs = 0) => {
      const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30))
      attempt += 1
      return floorMs + random() * ceiling
    },
    reset: () => {
      attempt = 0
    },
  }
}
