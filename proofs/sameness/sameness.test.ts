import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { nobodysIds } from './pairs.ts'
import { runSameness, samenessReport } from './report.ts'
import { parseAnyId } from '../../platform/ids/id.ts'
import { productSupergraph, startStage, type Stage } from '../stage/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
}, 60_000)
afterAll(() => stage.stop())

test('R7: a foreign thing and one that does not exist give the same bytes, for every id argument and entity key', async () => {
  const result = await runSameness(stage, '', 'bytes only').catch(() => undefined)
  expect(result).toBeUndefined() // no graph, no proof
  const sdl = await productSupergraph()
  const report = samenessReport(await runSameness(stage, sdl, 'bytes only'), sdl)
  expect(report.findings).toEqual([])
  expect(report.figures['places for an id']).toBeGreaterThan(60)
}, 120_000)

test('an answer that gives away that something exists is found', async () => {
  const { doors } = stage
  const telling: Stage = {
    ...stage,
    doors: {
      ...doors,
      askGateway: async (sent, query, variables) => {
        const answer = await doors.askGateway(sent, query, variables)
        const isThere = [...stage.target.values()].some(({ key }) => key === variables['id'])
        return isThere ? { ...answer, text: answer.text.replace('does not exist or', 'exists but') } : answer
      },
    },
  }
  const sdl = await productSupergraph()
  const report = samenessReport(await runSameness(telling, sdl, 'bytes only'), sdl)
  expect(report.holds).toBe(false)
  expect(report.findings.join('\n')).toContain('Query.project(id) at gateway')
}, 120_000)

test('ids of nothing are well-formed, of the kind of the one they stand in for, and never it', () => {
  for (const { key } of [...stage.target.values()].filter(({ type }) => type !== 'Sku')) {
    for (const id of nobodysIds(key)) {
      expect([id.slice(0, 4), id === key, parseAnyId(id).ok]).toEqual([key.slice(0, 4), false, true])
    }
  }
})
