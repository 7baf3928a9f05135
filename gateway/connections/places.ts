/** A bound on how many connections each of many holders may have. */
export interface Places {
  /** Takes one of the holder's places and gives what frees it; undefined where all are taken. */
  readonly take: (holder: string) => (() => void) | undefined
}

export const createPlaces = (limit: number): Places => {
  const taken = new Map<string, number>()
  return {
    take: (holder) => {
      const count = taken.get(holder) ?? 0
      if (count >= limit) return undefined
      taken.set(holder, count + 1)
      let isTaken = true
      return () => {
        if (!isTaken) return
        isTaken = false
        const left = (taken.get(holder) ?? 1) - 1
        if (left === 0) taken.delete(holder)
        else taken.set(holder, left)
      }
    },
  }
}
