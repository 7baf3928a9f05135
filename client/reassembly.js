/** @import { Gap, GraphResult, Resume } from './types.js' */
import { createRecent } from './recent.js'
import { createSequencer } from './sequencer.js'

/**
 * What a reader gets: an event, with the cursor before which nothing is missing, or a gap.
 * @template Data
 * @typedef {{ readonly result: GraphResult<Data>, readonly cursor: string | undefined } | { readonly gap: Gap }} Entry
 */

/**
 * Puts a stream together again that comes in pieces: each event once, in order, and the cursor to ask on from.
 * @template Data
 * @typedef {object} Reassembly
 * @property {() => string | undefined} position after which everything that is not here yet comes
 * @property {(cursor: string | undefined) => void} moveTo
 * @property {(data: Data) => string | undefined} cursorOf
 * @property {(result: GraphResult<Data>, cursor: string | undefined) => readonly Entry<Data>[]} take what may be read now
 * @property {() => boolean} isIncomplete something was overtaken and is not here yet
 * @property {() => number} kept how many wait for it
 * @property {() => readonly Entry<Data>[]} giveUp what waited for it, behind a gap
 * @property {() => number} repeated
 */

/** How many cursors are remembered, to know what comes again. */
const REMEMBERED = 1_024

/**
 * @template Data
 * @param {Resume<Data> | undefined} resume
 * @returns {Reassembly<Data>}
 */
export const createReassembly = (resume) => {
  /** @type {import('./sequencer.js').Sequencer<{ readonly result: GraphResult<Data>, readonly cursor: string | undefined }>} */
  const sequencer = createSequencer()
  const recent = createRecent(REMEMBERED)
  let position = resume?.after
  let repeated = 0

  /** @returns {readonly Entry<Data>[]} */
  const repeats = () => {
    repeated += 1
    return []
  }

  return {
    position: () => position,
    moveTo: (cursor) => {
      position = cursor
    },
    cursorOf: (data) => {
      try {
        return resume?.cursorOf(data)
      } catch {
        return undefined // an event that failed lacks what the function looks at
      }
    },
    take: (result, cursor) => {
      const place = resume?.placeOf?.(result.data)
      if (!place) {
        if (cursor !== undefined && !recent.isNew(cursor)) return repeats()
        position = cursor ?? position
        return [{ result, cursor: position }]
      }
      const ready = sequencer.take(place, { result, cursor })
      if (ready === 'repeated') return repeats()
      // While something is missing the position stays before it, whatever else is read.
      if (sequencer.hasHole()) return ready.map((entry) => ({ ...entry, cursor: position }))
      position = ready.at(-1)?.cursor ?? position
      return ready.map((entry, index) => (index < ready.length - 1 ? { ...entry, cursor: undefined } : entry))
    },
    isIncomplete: () => sequencer.hasHole(),
    kept: () => sequencer.kept(),
    giveUp: () => {
      const late = sequencer.skip()
      const after = position
      position = late.at(-1)?.cursor ?? position
      return [{ gap: { reason: 'SEQUENCE', after, until: position } }, ...late]
    },
    repeated: () => repeated,
  }
}
