import { expect, test } from '@jest/globals'
import { CONFIGURATIONS, LAYERS, type Layer } from './layers.ts'
import { layersReport } from './report.ts'
import { runLayers, type LayerResult } from './run.ts'

const only = (...layers: readonly Layer[]): ReadonlySet<Layer> => new Set(layers)

let results: readonly LayerResult[]

test('R1: each layer alone denies every foreign read and write; without any of them all succeed', async () => {
  results = await runLayers([...LAYERS.map((layer) => only(layer)), only()])
  const report = layersReport(results, '')
  expect(report.findings).toEqual([])
  const bare = results.find(({ standing }) => standing.size === 0)
  expect(bare?.reached).toEqual(expect.arrayContaining(['Query.bucket', 'Query.allocation', 'Mutation.createBucket']))
  expect(bare?.denied).toEqual([])
}, 180_000)

test('R12: without row-level security and foreign keys every other layer still denies', () => {
  const withoutDatabase = results.filter(({ standing }) => standing.size === 1 && !standing.has('L4 database'))
  expect(withoutDatabase.map(({ reached }) => reached)).toEqual([[], [], []])
})

test('a layer that lets something through fails the proof, naming what and which layers were left', () => {
  const report = layersReport([{ standing: only('L4 database'), denied: [], reached: ['Query.bucket'] }], '')
  expect(report.holds).toBe(false)
  expect(report.findings).toEqual(['Query.bucket reaches another organization with these layers left: L4 database'])
})

test('a suite that sees no leak where nothing stands fails the proof', () => {
  const report = layersReport([{ standing: only(), denied: ['Query.bucket'], reached: [] }], '')
  expect(report.findings.join()).toMatch(/could not see it leak/)
})

test('every set of layers is tried: all, each left out, pairs, each alone, none', () => {
  expect(new Set(CONFIGURATIONS.map((standing) => [...standing].join())).size).toBe(16)
})
