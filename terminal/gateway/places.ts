/** So many places for each address, and no more. */
export interface Places {
  readonly isFull: (address: string) => boolean
  /** Takes one, and gives what leaves it: once, however often it is called. */
  readonly take: (address: string) => () => void
}

export const placesOfAddresses = (most: number): Places => {
  const taken = new Map<string, number>()
  return {
    isFull: (address) => (taken.get(address) ?? 0) >= most,
    take: (address) => {
      taken.set(address, (taken.get(address) ?? 0) + 1)
      let isTaken = true
      return () => {
        if (!isTaken) return
        isTaken = false
        const left = (taken.get(address) ?? 1) - 1
        if (left === 0) taken.delete(address)
        else taken.set(address, left)
      }
    },
  }
}
