import { createHash } from 'node:crypto'

/** Which mutants a run takes: all of them, or for each kind of guard this share, always the same for a seed. */
export type Selection =
  { readonly kind: 'all' } | { readonly kind: 'sample'; readonly share: number; readonly seed: string }

const SAMPLE_BYTES = 6

/** Between 0 and 1, decided by the seed and the name alone: the same mutant is in or out wherever others come and go. */
const lot = (seed: string, name: string): number =>
  createHash('sha256').update(`${seed}\n${name}`).digest().readUIntBE(0, SAMPLE_BYTES) / 2 ** (8 * SAMPLE_BYTES)

/** Of each group at least one, so that no kind of guard goes unproven. */
export const select = <T>(
  things: readonly T[],
  selection: Selection,
  groupOf: (thing: T) => string,
  nameOf: (thing: T) => string,
): readonly T[] => {
  if (selection.kind === 'all') return things
  const { share, seed } = selection
  return [...Map.groupBy(things, groupOf).values()].flatMap((group) => {
    const drawn = group
      .map((thing) => ({ thing, lot: lot(seed, nameOf(thing)) }))
      .toSorted((one, other) => one.lot - other.lot)
    return drawn.slice(0, Math.max(1, Math.round(group.length * share))).map(({ thing }) => thing)
  })
}
