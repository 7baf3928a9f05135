/**
 * Remembers the newest of what came, to know what comes again.
 * @typedef {object} Recent
 * @property {(key: string) => boolean} isNew remembers it besides
 */

/**
 * @param {number} size
 * @returns {Recent}
 */
export const createRecent = (size) => {
  /** @type {Set<string>} */
  const keys = new Set()
  return {
    isNew: (key) => {
      if (keys.has(key)) return false
      keys.add(key)
      if (keys.size > size) {
        const [oldest] = keys
        if (oldest !== undefined) keys.delete(oldest)
      }
      return true
    },
  }
}
