/** @import { Subscription } from './types.js' */

/**
 * The same subscription with other items. An item that cannot be made ends it.
 * @template From, To
 * @param {Subscription<From>} source
 * @param {(item: From) => To} make
 * @returns {Subscription<To>}
 */
export const mapped = (source, make) => {
  /** @type {Subscription<To>} */
  const subscription = {
    next: async () => {
      const taken = await source.next()
      if (taken.done) return taken
      try {
        return { done: false, value: make(taken.value) }
      } catch (error) {
        await source.return()
        throw error
      }
    },
    return: () => source.return(),
    [Symbol.asyncIterator]: () => subscription,
    [Symbol.asyncDispose]: async () => {
      await source.return()
    },
    forEach: async (handle) => {
      for await (const item of subscription) await handle(item)
    },
    get cursor() {
      return source.cursor
    },
    get repeated() {
      return source.repeated
    },
  }
  return subscription
}
