import { isDeepStrictEqual } from 'node:util'
import type { Coordinate, Rule } from '../../directives/rule.ts'
import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'

/** Subgraphs that define one coordinate give it one rule: each must be safe alone. */
export const lintAgreement = (subgraphs: ReadonlyMap<string, GraphView>): readonly Finding[] => {
  const first = new Map<Coordinate, { readonly subgraph: string; readonly rule: Rule }>()
  const findings: Finding[] = []
  for (const [subgraph, view] of subgraphs) {
    for (const [coordinate, rule] of view.rules) {
      const earlier = first.get(coordinate)
      if (earlier === undefined) first.set(coordinate, { subgraph, rule })
      else if (!isDeepStrictEqual(earlier.rule, rule)) {
        const message = `The subgraphs "${earlier.subgraph}" and "${subgraph}" give it different rules: make them the same.`
        findings.push({ coordinate, rule: 'rule-differs', message })
      }
    }
  }
  return findings
}

/** What a rule of a subgraph protected is protected in the supergraph, by the same rule. */
export const lintNothingLost = (subgraphs: ReadonlyMap<string, GraphView>, supergraph: GraphView): readonly Finding[] =>
  [...subgraphs].flatMap(([subgraph, view]) =>
    [...view.rules.values()]
      .filter((rule) => !isDeepStrictEqual(supergraph.rules.get(rule.coordinate), rule))
      .map(({ coordinate }) => ({
        coordinate,
        rule: 'rule-lost',
        message: `The rule of the subgraph "${subgraph}" did not reach the supergraph as it stands: compose the directive under one name.`,
      })),
  )
