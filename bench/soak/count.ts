/** What a soak is judged by, over all readers. */
export interface Counts {
  readonly delivered: number
  /** Told by the log, or promised by an answer, and not handed over. */
  readonly missed: number
  readonly repeated: number
  /** Handed over after something that stands behind it in its channel. */
  readonly outOfOrder: number
}

export const NOTHING: Counts = { delivered: 0, missed: 0, repeated: 0, outOfOrder: 0 }

export const sumOf = (all: readonly Counts[]): Counts =>
  all.reduce(
    (sum, each) => ({
      delivered: sum.delivered + each.delivered,
      missed: sum.missed + each.missed,
      repeated: sum.repeated + each.repeated,
      outOfOrder: sum.outOfOrder + each.outOfOrder,
    }),
    NOTHING,
  )

interface Place {
  readonly channel: string
  readonly sequence: number
}

/**
 * Compares what one reader was handed over with what the log holds for them. `whole`: everything must have come;
 * `so-far`: what stands behind the newest that came may still be under way.
 */
export const countOf = (
  received: readonly string[],
  log: ReadonlyMap<string, Place>,
  extent: 'whole' | 'so-far',
): Counts => {
  const newest = new Map<string, number>()
  const seen = new Set<string>()
  let repeated = 0
  let outOfOrder = 0
  for (const id of received) {
    if (seen.has(id)) {
      repeated += 1
      continue
    }
    seen.add(id)
    const place = log.get(id)
    if (!place) continue // newer than what was read of the log
    const last = newest.get(place.channel) ?? -1
    if (place.sequence < last) outOfOrder += 1
    newest.set(place.channel, Math.max(last, place.sequence))
  }
  const missed = [...log].filter(
    ([id, { channel, sequence }]) => !seen.has(id) && (extent === 'whole' || sequence < (newest.get(channel) ?? -1)),
  ).length
  return { delivered: seen.size, missed, repeated, outOfOrder }
}
