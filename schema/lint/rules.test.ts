import { expect, test } from '@jest/globals'
import { composeGraph } from '../compose-graph.ts'
import { lintSubgraphs } from '../lint.ts'
import { lintPage } from './document.ts'
import { LINT_RULES, type LintRuleId } from './rules.ts'
import { FEDERATION, HEADER, subgraphsOf } from '../testkit/scope-graph.ts'

const header = HEADER.replace('READ WRITE', 'JOB_READ JOB_WRITE JOB_ADMIN')

/** The subgraphs of an example: one, or the two that it shows, the first of them called jobs. */
const subgraphsIn = (example: string) => {
  if (example.includes('link(url:'))
    return subgraphsOf({ jobs: example.replace('extend schema', `extend schema ${FEDERATION}`) })
  const [, jobs, other] = /^# .*\n(.*)\n# .*\n(.*)$/.exec(example) ?? [undefined, example]
  return subgraphsOf({
    jobs: header + jobs,
    ...(other === undefined ? {} : { other: header + other }),
  })
}

/** What only the composition or the committed file shows; other tests find them. */
const ELSEWHERE: readonly string[] = ['rule-lost', 'supergraph-stale'] satisfies LintRuleId[]

test.each(Object.entries(LINT_RULES).filter(([id]) => !ELSEWHERE.includes(id)))(
  'the example of %s breaks it',
  (id, { example }) => {
    const graph = subgraphsIn(example)
    const composed = composeGraph(graph, 'foreign')
    const findings = [...lintSubgraphs(graph, 'product'), ...(composed.ok ? [] : composed.error)]
    expect(findings.map(({ rule }) => rule)).toContain(id)
  },
)

test('the page has a section for each rule, and each id is kebab-case', () => {
  for (const id of Object.keys(LINT_RULES)) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/)
    expect(lintPage()).toContain(`## \`${id}\``)
  }
})
