import { describe, expect, test } from '@jest/globals'
import type { EgressOutcome } from '../../../platform/egress/egress.ts'
import { judge, MAX_ATTEMPTS, pauseMs, retryAfterMs, type Try } from './model.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const HOUR_MS = 3_600_000

const answered = (status: number, retryAfter?: string): EgressOutcome => ({ kind: 'answered', status, retryAfter })
const verdictOf = (outcome: EgressOutcome, changes: Partial<Try> = {}) =>
  judge({ outcome, now: NOW, attempts: 0, failingSince: null, patienceMs: 72 * HOUR_MS, random: 0.5, ...changes })
const inMs = (ms: number): Date => new Date(NOW.getTime() + ms)

describe('a try', () => {
  test.each([200, 201, 202, 204, 299])('that is answered %d is the last one', (status) => {
    expect(verdictOf(answered(status))).toEqual({ kind: 'DELIVERED' })
  })

  test.each([100, 199, 300, 301, 304, 307, 400, 401, 404, 409, 422, 429, 500, 503, 599])(
    'that is answered %d is repeated',
    (status) => {
      expect(verdictOf(answered(status))).toEqual({ kind: 'RETRY', at: inMs(5_000) })
    },
  )

  test.each(['TIMEOUT', 'CONNECTION_FAILED', 'TLS_FAILED', 'ADDRESS_REFUSED', 'RESPONSE_INVALID'] as const)(
    'that ends as %s is repeated',
    (failure) => {
      expect(verdictOf({ kind: 'failed', failure })).toEqual({ kind: 'RETRY', at: inMs(5_000) })
    },
  )

  test('that is answered 410 disables the endpoint, and so does failing for too long', () => {
    expect(verdictOf(answered(410))).toEqual({ kind: 'DISABLE', reason: 'GONE' })
    const failingSince = inMs(-72 * HOUR_MS)
    expect(verdictOf(answered(500), { failingSince })).toEqual({ kind: 'DISABLE', reason: 'FAILING' })
    expect(verdictOf(answered(500), { failingSince: new Date(failingSince.getTime() + 1) }).kind).toBe('RETRY')
    expect(verdictOf(answered(200), { failingSince })).toEqual({ kind: 'DELIVERED' })
  })

  test('is the last of sixteen: then the next delivery has its turn', () => {
    expect(verdictOf(answered(500), { attempts: MAX_ATTEMPTS - 2 }).kind).toBe('RETRY')
    expect(verdictOf(answered(500), { attempts: MAX_ATTEMPTS - 1 })).toEqual({ kind: 'GIVEN_UP', at: inMs(5_000) })
  })

  test('is not repeated before the time that the answer asks for', () => {
    expect(verdictOf(answered(429, '3600'))).toEqual({ kind: 'RETRY', at: inMs(HOUR_MS) })
    expect(verdictOf(answered(503, '1'))).toEqual({ kind: 'RETRY', at: inMs(5_000) })
    expect(verdictOf(answered(503, inMs(2 * HOUR_MS).toUTCString()))).toEqual({ kind: 'RETRY', at: inMs(2 * HOUR_MS) })
  })
})

test('pauses grow threefold from 5 s to 6 h, a fifth more or less, over about two days', () => {
  const pauses = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) => pauseMs(index + 1, 0.5) / 1_000)
  expect(pauses).toEqual([5, 15, 45, 135, 405, 1_215, 3_645, 10_935, ...Array.from({ length: 7 }, () => 21_600)])
  expect([pauseMs(1, 0), pauseMs(1, 1)]).toEqual([4_000, 6_000])
  const total = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600
  expect(total).toBeGreaterThan(46)
  expect(total).toBeLessThan(47)
})

test.each([
  [undefined, 0],
  ['', 0],
  ['soon', 0],
  ['-5', 0],
  ['1e9', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  ['999999999', 24 * HOUR_MS],
  ['Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['Fri, 01 Jan 2100 00:00:00 GMT', 24 * HOUR_MS],
])('retry-after %j is %d ms', (text, ms) => {
  expect(retryAfterMs(text, NOW)).toBe(ms)
})
