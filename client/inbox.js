import { deferred } from './link.js'

/**
 * What came and was not read yet, for readers that wait for it.
 * @template T
 * @typedef {object} Inbox
 * @property {(item: T) => void} put
 * @property {() => Promise<IteratorResult<T, undefined>>} take rejects once after `fail`, then it is done
 * @property {() => number} size
 * @property {() => void} end what waits is still read
 * @property {(error: Error) => void} fail the same, and then the error
 * @property {() => void} discard ends at once: nothing of what waits is read
 */

/**
 * @template T
 * @returns {Inbox<T>}
 */
export const createInbox = () => {
  /** @type {T[]} */
  let items = []
  /** @type {{ promise: Promise<void>, resolve: (value: void) => void } | undefined} */
  let change
  /** @type {Error | undefined} */
  let failure
  let isOver = false

  const tell = () => {
    change?.resolve()
    change = undefined
  }
  const end = () => {
    isOver = true
    tell()
  }

  /** @returns {Promise<IteratorResult<T, undefined>>} */
  const take = async () => {
    for (;;) {
      if (items.length > 0) return { done: false, value: /** @type {T} */ (items.shift()) }
      if (failure) {
        const error = failure
        failure = undefined
        throw error
      }
      if (isOver) return { done: true, value: undefined }
      change ??= deferred()
      await change.promise
    }
  }

  return {
    put: (item) => {
      if (isOver) return
      items.push(item)
      tell()
    },
    take,
    size: () => items.length,
    end,
    fail: (error) => {
      if (isOver) return
      failure = error
      end()
    },
    discard: () => {
      items = []
      failure = undefined
      end()
    },
  }
}
