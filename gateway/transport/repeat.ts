import { CataloguedError } from '../../platform/errors/catalogue.ts'
import type { TimeLimit } from './time-limit.ts'

const MAX_REPEATS = 2
const FIRST_PAUSE_MS = 20

/**
 * Tries again, twice at most and after a short while, what failed because a connection did: for what may be done twice
 * alone. A catalogued failure is an answer, or somebody's decision, and is not repeated. Rejects with the last failure.
 */
export const repeated = async <T>(
  attempt: () => Promise<T>,
  failure: unknown,
  limit: TimeLimit,
  onRepeat: () => void,
): Promise<T> => {
  let last = failure
  for (let repeats = 0; repeats < MAX_REPEATS && !(last instanceof CataloguedError); repeats++) {
    // Not all at the same moment: what broke their connections broke those of many.
    const longest = FIRST_PAUSE_MS * 2 ** repeats
    await pause(longest / 2 + Math.random() * (longest / 2), limit)
    onRepeat()
    try {
      return await attempt()
    } catch (error) {
      last = error
    }
  }
  throw last
}

/** Rejects with the limit's reason where that is over before. */
const pause = async (ms: number, limit: TimeLimit): Promise<void> => {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    limit.whenOver(() => {
      clearTimeout(timer)
      resolve()
    })
  })
  if (limit.reason) throw limit.reason
}
