import { isolationChecks, openBench, type Check } from './database/bench.ts'
import { databaseMutants } from './database/mutants.ts'
import { directiveGround, directiveMutants } from './directives/mutants.ts'
import type { Mutant, Trial } from './mutant.ts'
import { openLaboratory } from './repositories/laboratory.ts'
import { repositoryMutants } from './repositories/mutants.ts'
import { select, type Selection } from './sample.ts'
import { readGraph } from '../model/read-graph.ts'
import { productSupergraph, startStage, type Stage } from '../stage/stage.ts'
import type { lintSubgraphs } from '../../schema/lint.ts'
import { MODULES } from '../../server/modules.ts'

/** Where the mutants are made and tried: one process, one database, everything warm. */
export interface GuardGround {
  readonly stage: Stage
  readonly mutants: readonly Mutant[]
  readonly stop: () => Promise<void>
}

/** What notices; a test takes one away, to see that the proof fails. */
export interface Noticing {
  readonly lint?: typeof lintSubgraphs
  readonly checks?: readonly Check[]
}

/** Opens the product with every mutant that can be made of it. */
export const openGuardGround = async ({ lint, checks }: Noticing = {}): Promise<GuardGround> => {
  const laboratory = await openLaboratory(MODULES)
  const stage = await startStage({ modules: laboratory.modules })
  const graph = readGraph(await productSupergraph())
  const { owner } = stage.world
  const mutants = [
    ...directiveMutants(directiveGround(MODULES, { graph, ...stage }, lint)),
    ...(await repositoryMutants({ stage, laboratory, graph })),
    ...(await databaseMutants(owner, openBench(owner), checks ?? (await isolationChecks()))),
  ]
  return {
    ...{ stage, mutants },
    stop: async () => {
      laboratory.close()
      await stage.stop()
    },
  }
}

const nameOf = ({ guard, coordinate, change }: Mutant): string => `${guard} ${coordinate}: ${change}`

/** Tries the selected mutants, one after the other: each is taken back before the next. */
export const tryMutants = async (mutants: readonly Mutant[], selection: Selection): Promise<readonly Trial[]> => {
  const trials: Trial[] = []
  for (const mutant of select(mutants, selection, ({ guard }) => guard, nameOf)) {
    const { guard, coordinate, change } = mutant
    const fate = await mutant.noticedBy().then(
      (noticedBy) => ({ noticedBy }),
      (fault: unknown) => ({ noticedBy: undefined, fault: fault instanceof Error ? fault.message : String(fault) }),
    )
    trials.push({ guard, coordinate, change, ...fate })
  }
  return trials
}
