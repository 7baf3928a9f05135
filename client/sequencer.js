/** @import { Place } from './types.js' */

/**
 * Puts what is counted without a gap in order: hands on what is next, keeps what came too early, and knows what came
 * again. The first of a channel begins its count.
 * @template T
 * @typedef {object} Sequencer
 * @property {(place: Place, entry: T) => readonly T[] | 'repeated'} take what may be handed on now, in order
 * @property {() => boolean} hasHole something is missing before what is kept
 * @property {() => readonly T[]} skip gives the missing up: everything that is kept, in order
 * @property {() => number} kept
 */

/**
 * @template T
 * @returns {Sequencer<T>}
 */
export const createSequencer = () => {
  /** @type {Map<string, { last: number, readonly early: Map<number, T> }>} */
  const channels = new Map()

  /**
   * @param {{ last: number, readonly early: Map<number, T> }} channel
   * @param {T[]} into
   */
  const follow = (channel, into) => {
    for (;;) {
      const next = channel.last + 1
      if (!channel.early.has(next)) return into
      into.push(/** @type {T} */ (channel.early.get(next)))
      channel.early.delete(next)
      channel.last = next
    }
  }

  return {
    take: ({ channel: name, sequence }, entry) => {
      const channel = channels.get(name) ?? { last: sequence - 1, early: new Map() }
      channels.set(name, channel)
      if (sequence <= channel.last || channel.early.has(sequence)) return 'repeated'
      channel.early.set(sequence, entry)
      return follow(channel, [])
    },
    hasHole: () => [...channels.values()].some(({ early }) => early.size > 0),
    skip: () => {
      /** @type {T[]} */
      const all = []
      for (const channel of channels.values()) {
        while (channel.early.size > 0) {
          channel.last = Math.min(...channel.early.keys()) - 1
          follow(channel, all)
        }
      }
      return all
    },
    kept: () => [...channels.values()].reduce((sum, { early }) => sum + early.size, 0),
  }
}
