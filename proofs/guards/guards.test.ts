import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { plantRows } from './database/plant-rows.ts'
import { guardsReport } from './report.ts'
import { openGuardGround, tryMutants, type GuardGround } from './run.ts'
import type { Selection } from './sample.ts'

const SAMPLE: Selection = { kind: 'sample', share: 0.02, seed: 'npm test' }

describe('the guard mutants', () => {
  let ground: GuardGround
  beforeAll(async () => {
    ground = await openGuardGround()
  }, 120_000)
  afterAll(() => ground.stop())

  test('R1, R5, R6: a sample of every kind of guard is taken out, and each is noticed', async () => {
    const trials = await tryMutants(ground.mutants, SAMPLE)
    const report = guardsReport(ground.mutants, trials, SAMPLE, '')
    expect(report.findings).toEqual([])
    expect(report.holds).toBe(true)
    expect(new Set(trials.map(({ guard }) => guard)).size).toBe(7)
    expect(ground.mutants.length).toBeGreaterThan(2_000)
  }, 120_000)

  test('every scoped repository has its mutants', () => {
    const repositories = ground.mutants.filter(({ guard }) => guard === 'repository scope')
    expect(new Set(repositories.map(({ coordinate }) => coordinate)).size).toBeGreaterThan(25)
  })

  test('a table in which no row can be planted is named, and never taken for one that is guarded', async () => {
    const { owner } = ground.stage.world
    await owner.query('begin')
    await owner.query(`create table public.barren (id uuid, kind text check (kind = 'nobody knows'))`)
    await expect(plantRows(owner, 'public.barren')).rejects.toThrow('No row could be planted in public.barren')
    await owner.query('rollback')
  })
})

describe('with the checks neutralised that should notice', () => {
  let ground: GuardGround
  beforeAll(async () => {
    ground = await openGuardGround({ lint: () => [], checks: [] })
  }, 120_000)
  afterAll(() => ground.stop())

  test('the proof fails, and names the survivors by coordinate', async () => {
    const isMeant = (coordinate: string, change: string) => (of: { coordinate: string; change: string }) =>
      of.coordinate === coordinate && of.change === change
    const mutants = [
      isMeant('iam: Mutation.createProject', '@audited taken out'),
      isMeant('compute.claims claims_pkey', 'begins with id'),
    ].flatMap((meant) => ground.mutants.filter(meant))
    expect(mutants).toHaveLength(2)
    const trials = await tryMutants(mutants, { kind: 'all' })
    const report = guardsReport(mutants, trials, { kind: 'all' }, '')
    expect(report.holds).toBe(false)
    expect(report.findings).toEqual(
      expect.arrayContaining([
        'iam: Mutation.createProject: @audited taken out: nobody noticed (directive)',
        'compute.claims claims_pkey: begins with id: nobody noticed (key)',
      ]),
    )
  }, 60_000)
})
