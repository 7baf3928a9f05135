import type { Asked } from '../load.ts'

export interface EngineOperation extends Asked {
  readonly about: string
}

const WIDE_FIELDS = `upc name description price weight stock warehouse shipping carrier
    reviews(first: 3) { id stars text author { name city } }`

export const wideOf = (first: number): string => `query Wide { products(first: ${first}) { ${WIDE_FIELDS} } }`

/** The three operations of the table, smallest first. */
export const ENGINE_OPERATIONS: readonly [EngineOperation, ...EngineOperation[]] = [
  {
    name: 'one-fetch',
    about: 'one object of one subgraph',
    query: 'query Me { me { id name email city } }',
    variables: {},
    leastBytes: 80,
  },
  {
    name: 'dashboard',
    about: 'three fetches over two hops, 4 KB',
    query: `query Dashboard($first: Int!) {
  me { id name email city reviews(first: $first) { id stars text product { upc name description price weight } } }
}`,
    variables: { first: 18 },
    leastBytes: 3_800,
  },
  {
    name: 'wide',
    about: 'a list of 200 objects: five fetches over three hops, 103 KB',
    query: wideOf(200),
    variables: {},
    leastBytes: 90_000,
  },
]
