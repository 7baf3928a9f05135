/** The four layers of authorization.md; each can be switched off here, and nowhere in the product. */
export const LAYERS = ['L1 preflight', 'L2 subgraph', 'L3 repository', 'L4 database'] as const

export type Layer = (typeof LAYERS)[number]

/** Which layers still stand. */
export type Standing = ReadonlySet<Layer>

/** All sixteen, the one with every layer first, the one without any last. */
export const CONFIGURATIONS: readonly Standing[] = Array.from(
  { length: 2 ** LAYERS.length },
  (_, bits) => new Set(LAYERS.filter((_layer, index) => (bits & (1 << index)) === 0)),
)

export const standingText = (standing: Standing): string => (standing.size === 0 ? 'none' : [...standing].join(', '))
