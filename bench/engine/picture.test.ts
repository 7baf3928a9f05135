import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { enginePicture } from './picture.ts'
import type { EngineReport } from './report.ts'

const RESULTS = join(import.meta.dirname, '..', 'results')
const read = (name: string): string => readFileSync(join(RESULTS, name), 'utf8')
const committed = JSON.parse(read('engine.json')) as EngineReport // written by the bench itself

test('the picture of the README shows the committed figures', () => {
  expect(read('engine.svg')).toBe(enginePicture(committed))
})

test('bars are as long as their figures, and nobody is shown who was not measured', () => {
  const summary = { requestsPerSecond: 1000, spread: 0, cpuMicroseconds: 1, p50: 1, p99: 1, aloneMs: 1 }
  const contenders = { 'ours-http': summary, stock: { ...summary, requestsPerSecond: 250 } }
  const operations = [{ name: 'wide', about: 'a list of <things>', bytes: 1, contenders }]
  const svg = enginePicture({ ...committed, operations })
  const widths = [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width))
  expect(widths).toHaveLength(2)
  expect(widths[0]).toBe(4 * (widths[1] ?? 0))
  expect(svg).toContain('wide: a list of &lt;things&gt;')
  expect(svg).toContain('<desc id="desc">wide: this gateway 1,000 /s, @apollo/gateway 250 /s.</desc>')
})
