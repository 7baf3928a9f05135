/** Works on many things, a few at once; results in the order of the things. */
export const inTurns = async <T, R>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < things.length; index = next++) {
      const thing = things[index] as T // below the length: there is one
      results[index] = await work(thing)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
