import { ENGINE_OPERATIONS } from './operations.ts'
import { answerOf, type Target } from '../load.ts'
import { median } from '../report.ts'

/** What a client that asks for one thing at a time waits, in milliseconds: medians. */
export interface AddedLatency {
  /** Where it asks the subgraph itself. */
  readonly straight: number
  /** Where it asks the gateway before it. */
  readonly through: number
}

const TURNS = 400

/** The same operation of one fetch to both, by turns. */
export const measureAddedLatency = async (subgraph: Target, gateway: Target): Promise<AddedLatency> => {
  const [operation] = ENGINE_OPERATIONS
  const taken = async (target: Target): Promise<number> => {
    const begun = performance.now()
    await answerOf(target, operation)
    return performance.now() - begun
  }
  const straight: number[] = []
  const through: number[] = []
  for (let turn = 0; turn < TURNS; turn += 1) {
    straight.push(await taken(subgraph))
    through.push(await taken(gateway))
  }
  return { straight: Number(median(straight).toFixed(2)), through: Number(median(through).toFixed(2)) }
}
