import { catalogued } from '../../platform/errors/catalogue.ts'
import type { TimeLimit } from './time-limit.ts'

export interface AdmissionOptions {
  /** How many may be inside at once. */
  readonly limit: number
  /** How many may wait to come in; more are refused. */
  readonly maxWaiting: number
}

/** Lets so many fetches at a time through to one subgraph, the others wait in the order in which they came. */
export interface Admission {
  /**
   * Undefined where there is room at once. Rejects with `SUBGRAPH_OVERLOADED` where too many wait already, and with the
   * reason of its time when that is over before there is room. Whoever came in leaves once.
   */
  readonly enter: (time: TimeLimit) => Promise<void> | undefined
  readonly leave: () => void
}

export const createAdmission = ({ limit, maxWaiting }: AdmissionOptions): Admission => {
  let inside = 0
  /** In the order of their coming; sets keep it, and give up their members at no cost. */
  const waiting = new Set<() => void>()

  const wait = (time: TimeLimit): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const admitted = (): void => {
        time.whenOver(undefined)
        resolve()
      }
      const left = (): void => {
        waiting.delete(admitted)
        reject(time.reason ?? catalogued('REQUEST_CANCELLED'))
      }
      if (time.reason) return left()
      time.whenOver(left)
      waiting.add(admitted)
    })

  return {
    enter: (time) => {
      if (inside < limit) {
        inside++
        return undefined
      }
      return waiting.size < maxWaiting ? wait(time) : Promise.reject(catalogued('SUBGRAPH_OVERLOADED'))
    },
    leave: () => {
      const [next] = waiting
      // Who leaves gives the place to who waited the longest.
      if (next === undefined) inside--
      else {
        waiting.delete(next)
        next()
      }
    },
  }
}
