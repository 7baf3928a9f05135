/**
 * A wait between two attempts that can be cut short: by what the client learns, or by a browser that is online again.
 * @typedef {object} Nap
 * @property {(ms: number) => Promise<void>} sleep one at a time
 * @property {() => void} wake
 */

/** @returns {Nap} */
export const createNap = () => {
  /** @type {() => void} */
  let wake = () => undefined
  return {
    wake: () => wake(),
    sleep: (ms) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer)
          page?.removeEventListener('online', end)
          wake = () => undefined
          resolve()
        }
        const timer = setTimeout(end, ms)
        const page = browserWindow()
        page?.addEventListener('online', end)
        wake = end
      }),
  }
}

/**
 * The window of a browser; a Node process has none.
 * @returns {Pick<EventTarget, 'addEventListener' | 'removeEventListener'> | undefined}
 */
const browserWindow = () => (typeof globalThis.addEventListener === 'function' ? globalThis : undefined)
