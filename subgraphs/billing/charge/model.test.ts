import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { systemIds } from '../../../platform/ids/generator.ts'
import { err, ok } from '../../../platform/result/result.ts'
import { costOf, periodOf, unchargedPeriod, type Use } from './model.ts'

const at = (ms: number) => new Date(Date.parse('2026-03-01T00:00:00Z') + ms)
const HOUR = 3_600_000

describe('the cost of a period', () => {
  test.each([
    ['an hour at its rate', 2_500_000n, HOUR, 2_500_000n],
    ['a second begun counts as one', 3_600n, 1_001, 2n],
    ['one second at least', 3_600n, 0, 1n],
    ['a fraction of a micro-unit is rounded up', 1n, 1_000, 1n],
  ])('%s', (_, rate, ms, cost) => {
    expect(costOf(rate, { from: at(0), to: at(ms) })).toBe(cost)
  })

  test('is never below the exact one, and above it by less than a second and a micro-unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.integer({ min: 1, max: 400 * 24 * HOUR }), (rate, ms) => {
        const cost = costOf(rate, { from: at(0), to: at(ms) })
        const exact = rate * BigInt(ms)
        expect(cost * BigInt(HOUR)).toBeGreaterThanOrEqual(exact)
        expect((cost - 1n) * BigInt(HOUR)).toBeLessThan(exact + rate * 1_000n)
      }),
    )
  })
})

describe('what is still to be charged of a use', () => {
  const use: Use = { allocationId: systemIds.next(), skuCode: 'h200', placedAt: at(0), releasedAt: at(10 * HOUR) }

  test('all of it, when nothing was', () => {
    expect(unchargedPeriod(use, undefined)).toEqual({ from: at(0), to: at(10 * HOUR) })
  })

  test('what follows the last charge', () => {
    expect(unchargedPeriod(use, at(4 * HOUR))).toEqual({ from: at(4 * HOUR), to: at(10 * HOUR) })
  })

  test('nothing, when it was charged to its end', () => {
    expect(unchargedPeriod(use, at(10 * HOUR))).toBeUndefined()
  })

  test('a use that ends before it begins, by clocks that differ, ends where it begins', () => {
    expect(unchargedPeriod({ ...use, releasedAt: at(-1) }, undefined)).toEqual({ from: at(0), to: at(0) })
  })
})

describe('the period of a spend', () => {
  test('is by default the 30 days until now', () => {
    expect(periodOf({}, at(0))).toEqual(ok({ from: at(-30 * 24 * HOUR), to: at(0) }))
    expect(periodOf({ to: at(-HOUR), from: null }, at(0))).toEqual(
      ok({ from: at(-HOUR - 30 * 24 * HOUR), to: at(-HOUR) }),
    )
  })

  test('is refused when it is empty or runs backward', () => {
    expect(periodOf({ from: at(0), to: at(0) }, at(0))).toEqual(err('PERIOD_EMPTY'))
    expect(periodOf({ from: at(1) }, at(0))).toEqual(err('PERIOD_EMPTY'))
  })
})
