import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../test/testkit/random-graph/random.ts'
import type { Part, SoakStage } from './stage.ts'

/** Something goes wrong, and is over when its promise resolves. */
export interface Fault {
  readonly name: string
  readonly happen: () => Promise<void>
}

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

/** Everything that may go wrong, each as often as the others; how long it lasts comes from `random`. */
export const faultsOf = (stage: SoakStage, random: Random): readonly (() => Fault)[] => {
  const { proxy, redis, database, gateways, worker, subgraphs } = stage
  const someMs = (): number => 200 + random.int(2_000)
  return [
    () => ({
      name: 'bus killed',
      happen: async () => {
        await redis.kill()
        await pause(someMs())
        await redis.restart()
      },
    }),
    () => restarted(database),
    () => killed(worker, someMs()),
    () => killed(random.pick(subgraphs), someMs()),
    () => restarted(random.pick(gateways)),
    () => killed(random.pick(gateways), someMs()),
    () => ({ name: 'connections reset', happen: async () => proxy.cut() }),
    () => ({ name: 'connections half open', happen: async () => proxy.freeze() }),
    () => ({
      name: 'network stalled',
      happen: async () => {
        const resume = proxy.stall()
        await pause(someMs())
        resume()
      },
    }),
  ]
}
