import { expect, test } from '@jest/globals'
import { soak } from '../../bench/soak/soak.ts'
import { copyDataDirectory } from '../testkit/data-directory.ts'

/** What goes wrong, each kind once at least; what it happened to stands before the last word. */
const KINDS = [
  'bus killed',
  'connections half open',
  'connections reset',
  'gateway killed',
  'gateway restarted',
  'network stalled',
  'PostgreSQL restarted',
  'subgraph killed',
  'worker killed',
]

test('while things are killed, restarted and cut, nobody misses a notification or is told twice', async () => {
  const report = await soak({
    ...{ seconds: 0, seed: 2, readers: 9, producers: 3, perSecond: 4, calmMs: 200, quietMs: 1_000 },
    ...{ subgraphs: ['iam', 'compute', 'notifications'], drainWindowMs: 500, fill: copyDataDirectory },
    say: () => undefined,
  })
  expect(report).toMatchObject({ missed: 0, repeated: 0, outOfOrder: 0, failures: [] })
  expect(report.delivered).toBe(report.logged * 3)
  expect(report.confirmed).toBeGreaterThan(5)
  const kinds = Object.keys(report.faults).map((name) => name.replace(/^(gateway|subgraph)\S*( \d)?/, '$1'))
  expect(new Set(kinds)).toEqual(new Set(KINDS))
  // The negative control: readers without a cursor lose some in the same run, and the same comparison finds it.
  expect(report.naive.missed).toBeGreaterThan(0)
}, 540_000)
