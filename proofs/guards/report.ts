import type { Mutant } from './mutant.ts'
import { runGuards, type Sample } from './run.ts'
import type { ProofReport } from '../report/report.ts'
import { productSupergraph } from '../stage/stage.ts'

export const guardsReport = (mutants: readonly Mutant[], supergraph: string, sample: Sample): ProofReport => {
  const survivors = mutants.filter(({ noticedBy }) => noticedBy === undefined)
  const byKind = [...Map.groupBy(mutants, ({ kind }) => kind)].map(([kind, of]) => [kind, of.length] as const)
  return {
    name: 'guards',
    claim: 'Every guard that is taken away is noticed: each directive, repository scope, policy and composite key.',
    holds: survivors.length === 0 && mutants.length > 0,
    supergraph,
    summary: `${mutants.length.toString()} guards taken away one by one (${sample === 'all' ? 'all' : 'a fixed sample'}): ${survivors.length.toString()} not noticed`,
    figures: { ...Object.fromEntries(byKind), 'guards taken away': mutants.length, survivors: survivors.length },
    findings: survivors.map(({ kind, name }) => `survives: ${kind}: ${name}`),
    limits: [
      '@crossScope is a word and no guard where its target has a rule of another kind: such removals are listed as no guard.',
      'Directives are taken from the subgraph’s loaded SDL; that the committed supergraph is stale then is not counted as noticing.',
      'Scopes of repositories are taken away subgraph by subgraph, where a root field reads by id.',
    ],
    tables: [
      {
        title: 'Guards',
        columns: ['kind', 'guard', 'noticed by'],
        rows: mutants.map(({ kind, name, noticedBy }) => [kind, name, noticedBy ?? 'NOTHING']),
      },
    ],
  }
}

export const proveGuards = async (sample: Sample): Promise<ProofReport> =>
  guardsReport(await runGuards(sample), await productSupergraph(), sample)
