/**
 * @template State
 * @typedef {object} StateHolder
 * @property {() => State} current
 * @property {(next: State) => void} set
 * @property {(listener: (state: State) => void) => () => void} listen
 */

/**
 * @template State
 * @param {State} first
 * @returns {StateHolder<State>}
 */
export const createState = (first) => {
  let current = first
  /** @type {Set<{ readonly listener: (state: State) => void }>} */
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
 * @template State
 * @param {(state: State) => void} listener
 * @param {State} state
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
