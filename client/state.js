/** @import { ConnectionState } from './types.js' */

/**
 * @typedef {object} StateHolder
 * @property {() => ConnectionState} current
 * @property {(next: ConnectionState) => void} set
 * @property {(listener: (state: ConnectionState) => void) => () => void} listen
 */

/** @returns {StateHolder} */
export const createState = () => {
  /** @type {ConnectionState} */
  let current = { status: 'idle' }
  /** @type {Set<{ readonly listener: (state: ConnectionState) => void }>} */
  const entries = new Set()
  return {
    current: () => current,
    set: (next) => {
      current = next
      for (const { listener } of [...entries]) tell(listener, next)
    },
    listen: (listener) => {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
  }
}

/**
 * A listener that throws fails by itself, as one of an `EventTarget` does.
 * @param {(state: ConnectionState) => void} listener
 * @param {ConnectionState} state
 */
const tell = (listener, state) => {
  try {
    listener(state)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
