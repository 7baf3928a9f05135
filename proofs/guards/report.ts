import { GUARDS, type Mutant, type Trial } from './mutant.ts'
import { openGuardGround, tryMutants } from './run.ts'
import type { Selection } from './sample.ts'
import type { ProofReport } from '../report/report.ts'
import { productSupergraph } from '../stage/stage.ts'

const isSurvivor = ({ noticedBy }: Trial): boolean => noticedBy === undefined

/** What came of the trials, of all mutants that there are. */
export const guardsReport = (
  mutants: readonly Mutant[],
  trials: readonly Trial[],
  selection: Selection,
  supergraph: string,
): ProofReport => {
  const survivors = trials.filter(isSurvivor)
  const of = (guard: string, all: readonly { readonly guard: string }[]): number =>
    all.filter((one) => one.guard === guard).length
  const untried = GUARDS.filter((guard) => of(guard, trials) === 0)
  const sampled = selection.kind === 'all' ? '' : ` (a sample by the seed ${selection.seed})`
  const findings = [
    ...survivors.map(
      ({ guard, coordinate, change, fault }) => `${coordinate}: ${change}: ${fault ?? 'nobody noticed'} (${guard})`,
    ),
    ...untried.map((guard) => `no mutant of the kind "${guard}" was tried`),
  ]
  return {
    name: 'guards',
    claim:
      'Every guard that is taken out or made weaker is noticed: each directive in each subgraph, the scope of each repository, each policy, force flag, key, foreign key and missing right of the database.',
    holds: findings.length === 0,
    supergraph,
    summary: `${trials.length.toString()} of ${mutants.length.toString()} mutants tried${sampled}: ${String(survivors.length)} survivors`,
    figures: {
      mutants: mutants.length,
      tried: trials.length,
      survivors: survivors.length,
      ...Object.fromEntries(GUARDS.map((guard) => [`${guard}: tried`, of(guard, trials)])),
      ...Object.fromEntries(GUARDS.map((guard) => [`${guard}: all`, of(guard, mutants)])),
    },
    findings,
    limits: [
      'A directive is noticed by lint, or by somebody who is answered otherwise by the subgraph that enforces the edited rules than by the one that enforces those of the supergraph.',
      '@crossScope decides nothing: what its target decides is a guard of its own.',
      'Policies that open a table to its owner alone, and those of the job queue’s own tables, keep nothing from a service and are not tried.',
      'Two guards that are taken out at once are the business of the layers.',
    ],
    tables: [
      {
        title: 'Survivors',
        columns: ['guard', 'coordinate', 'change'],
        rows: survivors.map(({ guard, coordinate, change }) => [guard, coordinate, change]),
      },
      {
        title: 'Tried',
        columns: ['guard', 'coordinate', 'change', 'noticed by'],
        rows: trials.map(({ guard, coordinate, change, noticedBy }) => [
          guard,
          coordinate,
          change,
          noticedBy ?? 'nobody',
        ]),
      },
    ],
  }
}

/** The whole proof on a world of its own. */
export const proveGuards = async (selection: Selection): Promise<ProofReport> => {
  const supergraph = await productSupergraph()
  const ground = await openGuardGround()
  try {
    const trials = await tryMutants(ground.mutants, selection)
    return guardsReport(ground.mutants, trials, selection, supergraph)
  } finally {
    await ground.stop()
  }
}
