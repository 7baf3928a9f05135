import { forgedThings, type Claimed } from './forged-things.ts'
import { wideSelection } from './wide-selection.ts'
import type { Case } from '../../matrix/case.ts'
import { makeCases } from '../../matrix/make-cases.ts'
import type { ModelGraph } from '../../model/rule.ts'
import { NEIGHBOUR, TARGET } from '../../stage/arrangement.ts'
import { STRANGER_CALLER, type SentCaller } from '../../stage/callers.ts'
import type { Stage } from '../../stage/stage.ts'
import { aurora, telescope, userOf } from '../../../server/demo/tenants.ts'

/** One way in which a caller, in a scope of its own, reaches for somebody else's rows. */
export interface Attack {
  readonly name: string
  readonly run: () => Promise<unknown>
}

export const attackersOf = ({
  callers,
}: Stage): readonly { readonly sent: SentCaller; readonly claimed: Claimed }[] => {
  const beside = callers.find(
    ({ kind, credential }) => kind === 'other project of the organization' && credential.kind === 'token',
  )
  if (beside === undefined) throw new Error('The stage sends nobody of the project beside the target')
  return [
    {
      sent: STRANGER_CALLER,
      claimed: { organization: aurora.id, project: telescope.id, user: userOf('owner@aurora.example').id },
    },
    {
      sent: beside,
      claimed: { organization: TARGET.organization.id, project: TARGET.neighbour.id, user: NEIGHBOUR.id },
    },
  ]
}

const widened = (graph: ModelGraph, of: Case, subgraph: string): string => {
  const [owner = '', name = ''] = of.coordinate.split('.')
  const type = of.coordinate.includes('(')
    ? of.coordinate.split('(')[0]
    : graph.types.get(owner)?.fields.get(name)?.type
  const wide = wideSelection(graph, type ?? '', subgraph)
  if (of.coordinate.includes('(')) return of.query.replace(/\.\.\. on \w+ \{[^}]*\}/, `... on ${String(type)}${wide}`)
  return of.query.replace(' { __typename }', wide)
}

/** Straight at every subgraph, past preflight: root fields, keys and guarded fields, each with everything below it. */
export const makeAttacks = (stage: Stage, graph: ModelGraph): readonly Attack[] =>
  attackersOf(stage).flatMap(({ sent, claimed }) => {
    const [target, neighbour] = [forgedThings(stage.target, claimed), forgedThings(stage.neighbour, claimed)]
    return makeCases({ graph, target, neighbour, replay: new Map() }).cases.flatMap((of): readonly Attack[] => {
      if (of.door.kind !== 'subgraph' || of.operation === 'subscription') return []
      const subgraph = of.door.name
      const [query, variables] = [widened(graph, of, subgraph), of.variables()]
      const run = () => stage.doors.askSubgraph(subgraph, sent, query, variables)
      return [{ name: `${of.coordinate} as ${sent.name}`, run }]
    })
  })
