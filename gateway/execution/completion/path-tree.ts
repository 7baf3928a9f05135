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
    let place = this.#root
    for (const element of path) {
      if (place.isEnd) return true
      const next = place.below.get(element)
      if (!next) return false
      place = next
    }
    return place.isEnd || place.below.size > 0
  }

  /** Whether this path goes on from the end of one of them. */
  isBelow(path: ResponsePath): boolean {
    let place = this.#root
    for (const element of path) {
      if (place.isEnd) return true
      const next = place.below.get(element)
      if (!next) return false
      place = next
    }
    return false
  }
}

const newPlace = (): Place => ({ below: new Map(), isEnd: false })
