import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { print } from 'graphql'
import { directiveMutants } from './directive-mutants.ts'
import { guardsReport } from './report.ts'
import { runGuards } from './run.ts'
import { subgraphsIn } from '../../schema/product-graph.ts'

test('R1, R6: a guard that is taken away is noticed, whatever its kind', async () => {
  const mutants = await runGuards({ everyNth: 12 })
  const report = guardsReport(mutants, '', { everyNth: 12 })
  expect(report.findings).toEqual([])
  expect(new Set(mutants.map(({ kind }) => kind))).toEqual(
    new Set([
      ...['directive', 'policy', 'row-level security', 'force of row-level security'],
      ...['composite key', 'composite foreign key', 'scope of the repositories'],
    ]),
  )
}, 120_000)

test('a guard that nothing notices fails the proof by its name', () => {
  const survivor = { kind: 'directive', name: '@projectScoped of Project.spend in billing', noticedBy: undefined }
  const report = guardsReport([survivor], '', 'all')
  expect(report.holds).toBe(false)
  expect(report.findings).toEqual(['survives: directive: @projectScoped of Project.spend in billing'])
  expect(guardsReport([], '', 'all').holds).toBe(false)
})

test('a mutant lacks one directive and is the same otherwise', () => {
  const subgraphs = subgraphsIn(join(import.meta.dirname, '..', '..', 'subgraphs'))
  const mutants = directiveMutants(subgraphs)
  const uses = (text: string) =>
    text.match(/@(projectScoped|orgScoped|selfScoped|platformScoped|public|sensitive|audited|crossScope)\b/g)?.length ??
    0
  for (const { subgraph, document } of mutants.slice(0, 20)) {
    const original = subgraphs.get(subgraph)
    expect(original && uses(print(original)) - uses(print(document))).toBe(1)
  }
  expect(mutants.length).toBeGreaterThan(100)
})
