import type { ResponsePath } from '../data.ts'

interface Place {
  readonly below: Map<string | number, Place>
  isEnd: boolean
}

/** Paths of an answer, looked up in a time that does not grow with their number. */
export class PathTree {
  readonly #root: Place = newPlace()

  constructor(paths: Iterable<ResponsePath>) {
    for (const path of paths) {
      let place = this.#root
      for (const element of path) {
        let next = place.below.get(element)
        if (!next) place.below.set(element, (next = newPlace()))
        place = next
      }
      place.isEnd = true
    }
  }

  /** Whether one of them leads through this path, or this path through one of them. */
  isAlong(path: ResponsePath): boolean {
    const reached = this.#reach(path)
    return reached === BELOW || (reached !== undefined && (reached.isEnd || reached.below.size > 0))
  }

  /** Whether this path goes on from the end of one of them. */
  isBelow(path: ResponsePath): boolean {
    return this.#reach(path) === BELOW
  }

  /** Where the path leads; undefined where none of them leads as far. */
  #reach(path: ResponsePath): Place | typeof BELOW | undefined {
    let place = this.#root
    for (const element of path) {
      if (place.isEnd) return BELOW
      const next = place.below.get(element)
      if (!next) return undefined
      place = next
    }
    return place
  }
}

/** Beyond the end of a path of the tree. */
const BELOW = Symbol('below')

const newPlace = (): Place => ({ below: new Map(), isEnd: false })
