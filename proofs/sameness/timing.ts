import { askPair } from './bytes.ts'
import type { Pair } from './pairs.ts'
import type { Doors } from '../stage/doors.ts'

/** How long foreign and nonexistent took, the middle of each. */
export interface Timing {
  readonly place: string
  readonly door: string
  /** Pairs of the attempt that is told. */
  readonly pairs: number
  readonly foreignMs: number
  readonly nonexistentMs: number
  /** Of the medians: foreign to nonexistent. */
  readonly ratio: number
  readonly attempts: number
  readonly isWithin: boolean
}

export interface TimingOptions {
  readonly pairs: number
  /** How far from 1 a ratio may be. */
  readonly tolerance: number
  /** A loaded machine is asked again: what is in the code is in every attempt. */
  readonly attempts: number
}

/** The figure of the issue: 0.95 to 1.05 over 2,000 interleaved pairs. */
export const STRICT: TimingOptions = { pairs: 2_000, tolerance: 0.05, attempts: 4 }
/** On a machine that does other things besides. */
export const TOLERANT: TimingOptions = { pairs: 300, tolerance: 0.25, attempts: 3 }

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const WARM_UP = 50

const measure = async (pair: Pair, doors: Doors, count: number) => {
  const [foreignTimes, nonexistentTimes]: [number[], number[]] = [[], []]
  const time = async (variables: Pair['foreign'], into: number[] | undefined): Promise<void> => {
    const before = performance.now()
    await askPair(pair, doors, variables)
    into?.push(performance.now() - before)
  }
  const [nonexistent = pair.foreign] = pair.nonexistent
  for (let index = -WARM_UP; index < count; index += 1) {
    const [f, n] = index < 0 ? [undefined, undefined] : [foreignTimes, nonexistentTimes]
    // Which one goes first changes each time: neither has the warmer cache.
    if (index % 2 === 0) {
      await time(pair.foreign, f)
      await time(nonexistent, n)
    } else {
      await time(nonexistent, n)
      await time(pair.foreign, f)
    }
  }
  return { foreignMs: median(foreignTimes), nonexistentMs: median(nonexistentTimes) }
}

/** Measures one place, again when the ratio is out of bounds; the last attempt is told. */
export const timePair = async (
  pair: Pair,
  doors: Doors,
  { pairs, tolerance, attempts }: TimingOptions,
): Promise<Timing> => {
  for (let attempt = 1; ; attempt += 1) {
    const { foreignMs, nonexistentMs } = await measure(pair, doors, pairs)
    const ratio = foreignMs / nonexistentMs
    const isWithin = Math.abs(ratio - 1) <= tolerance
    if (!isWithin && attempt < attempts) continue
    return {
      place: pair.place,
      door: pair.subgraph ?? 'gateway',
      pairs,
      foreignMs,
      nonexistentMs,
      ratio,
      attempts: attempt,
      isWithin,
    }
  }
}
