import { expect, test } from '@jest/globals'
import { soak, type SoakOptions } from '../../bench/soak/soak.ts'

const SHORT: SoakOptions = {
  seconds: 12,
  faults: 3,
  seed: 2,
  followers: 9,
  manner: 'resuming',
  producers: 2,
  perSecond: 4,
  calmMs: 1_000,
  say: () => undefined,
}

test('while things are killed, restarted and cut, nobody misses a notification or is told twice', async () => {
  const report = await soak(SHORT)
  expect(report).toMatchObject({ missed: 0, repeated: 0, outOfOrder: 0, failures: [] })
  expect(report.delivered).toBe(report.logged * (SHORT.followers / 3))
  expect(report.confirmed).toBeGreaterThan(5)
  expect(Object.keys(report.faults).length).toBeGreaterThan(2)
}, 540_000)

test('the negative control: readers without a cursor lose some, and the same comparison finds it', async () => {
  const report = await soak({ ...SHORT, manner: 'naive' })
  expect(report.missed).toBeGreaterThan(0)
}, 540_000)
