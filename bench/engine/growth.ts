import { wideOf } from './operations.ts'
import { answerOf, type Target } from '../load.ts'

/** An answer of many entities, from the in-process contender. */
export interface Growth {
  readonly entities: number
  readonly bytes: number
  /** Median of the turns. */
  readonly milliseconds: number
  readonly microsecondsPerEntity: number
}

/** Each product is an entity of three subgraphs, each of its three reviews has an author that is one. */
const ENTITIES_PER_PRODUCT = 4
const PRODUCTS = [3, 25, 250, 2_500, 25_000] as const
const TURNS = 5

/** How the cost of an answer grows with what it shows: ten to a hundred thousand entities. */
export const measureGrowth = async (target: Target, progress: (message: string) => void): Promise<Growth[]> => {
  const measured: Growth[] = []
  for (const products of PRODUCTS) {
    const operation = { name: `${products} products`, query: wideOf(products), variables: {}, leastBytes: products }
    const times: number[] = []
    let bytes = 0
    for (let turn = 0; turn < TURNS; turn += 1) {
      const begun = performance.now()
      bytes = Buffer.byteLength((await answerOf(target, operation)).text)
      times.push(performance.now() - begun)
    }
    const milliseconds = times.toSorted((a, b) => a - b)[(TURNS - 1) / 2] ?? Number.NaN
    const entities = products * ENTITIES_PER_PRODUCT
    progress(`${entities} entities: ${milliseconds.toFixed(1)} ms`)
    measured.push({
      entities,
      bytes,
      milliseconds: Number(milliseconds.toFixed(2)),
      microsecondsPerEntity: Number(((milliseconds * 1000) / entities).toFixed(2)),
    })
  }
  return measured
}
