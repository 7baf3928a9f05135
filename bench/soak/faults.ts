import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../test/testkit/random-graph/random.ts'
import type { Part, SoakStage } from './stage.ts'

/** Something goes wrong, and is over when its promise resolves. */
export interface Fault {
  readonly name: string
  readonly happen: () => Promise<void>
}

/** A way in which things go wrong: each time at the next part that it can happen to. */
export type FaultKind = () => Fault

const killed = (part: Part, awayMs: number): Fault => ({
  name: `${part.name} killed`,
  happen: async () => {
    await part.kill()
    await pause(awayMs)
    await part.start()
  },
})

const restarted = (part: Part): Fault => ({
  name: `${part.name} restarted`,
  happen: async () => {
    await part.stop()
    await part.start()
  },
})

/** One after the other and again, from any of them on: in a long run none is left out. */
const inTurn = (parts: readonly Part[], random: Random): (() => Part) => {
  const waiting: Part[] = []
  let first = random.int(parts.length)
  return () => {
    if (waiting.length === 0) waiting.push(...parts.slice(first), ...parts.slice(0, first))
    first = 0
    return waiting.shift() ?? random.pick(parts)
  }
}

/** What may go wrong with the network between readers and gateways. */
export const networkFaults = ({ proxy }: SoakStage, random: Random): readonly FaultKind[] => [
  () => ({ name: 'connections reset', happen: async () => proxy.cut() }),
  () => ({ name: 'connections half open', happen: async () => proxy.freeze() }),
  () => ({
    name: 'network stalled',
    happen: async () => {
      const resume = proxy.stall()
      await pause(someMs(random))
      resume()
    },
  }),
]

/** What may go wrong with the product and what it stands on, one at a time. */
export const productFaults = (stage: SoakStage, random: Random): readonly FaultKind[] => {
  const { redis, database, gateways, worker, subgraphs } = stage
  const nextSubgraph = inTurn(subgraphs, random)
  const nextGateway = inTurn(gateways, random)
  return [
    () => ({
      name: 'bus killed',
      happen: async () => {
        await redis.kill()
        await pause(someMs(random))
        await redis.restart()
      },
    }),
    () => restarted(database),
    () => killed(worker, someMs(random)),
    () => killed(nextSubgraph(), someMs(random)),
    () => restarted(nextGateway()),
    () => killed(nextGateway(), someMs(random)),
  ]
}

/** How long what is broken stays so. */
const someMs = (random: Random): number => 200 + random.int(2_000)

export interface BreakOptions {
  readonly random: Random
  /** Between the end of one fault and the beginning of the next. */
  readonly calmMs: number
  /** Looked at before each fault, once every kind has happened. */
  readonly isLongEnough: () => boolean
  /** Nothing more is broken: something else has failed. */
  readonly stopped: AbortSignal
  readonly onFault: (name: string) => void
}

/** Has things go wrong in rounds, each kind once in each, in any order; one round at least. */
export const breakThings = async (kinds: readonly FaultKind[], options: BreakOptions): Promise<void> => {
  const { random, calmMs, isLongEnough, stopped, onFault } = options
  let round = [...kinds]
  for (let count = 0; !stopped.aborted && (count < kinds.length || !isLongEnough()); count += 1) {
    await pause(calmMs)
    if (round.length === 0) round = [...kinds]
    const chosen = random.pick(round)
    round = round.filter((kind) => kind !== chosen)
    const { name, happen } = chosen()
    await happen()
    onFault(name)
  }
}
