/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from 0 to `bound` - 1. */
  readonly int: (bound: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(items: readonly T[]) => T
}

/** Mulberry32: thirty-two bits of state are enough for tests. */
export const randomOf = (seed: number): Random => {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const int = (bound: number): number => Math.floor(next() * bound)
  return {
    int,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[int(items.length)]
      if (item === undefined) throw new Error('There is nothing to pick from')
      return item
    },
  }
}

/** A seed for each of many places that belong to one seed. */
export const seedAt = (seed: number, place: string): number => {
  let hash = seed | 0
  for (let index = 0; index < place.length; index++) hash = (Math.imul(hash, 31) + place.charCodeAt(index)) | 0
  return Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
}
