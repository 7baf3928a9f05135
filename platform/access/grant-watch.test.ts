import { afterEach, describe, expect, test } from '@jest/globals'
import type { AffectedPrincipals } from './grant-cache.ts'
import { createGrantWatch, type GrantWatch } from './grant-watch.ts'
import { NO_GRANTS, type Grants } from './grants.ts'
import { ANONYMOUS, principalKey, type Principal } from './principal.ts'
import { silentLog } from '../log/log.ts'
import { until } from '../../test/testkit/until.ts'

const user = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})
const ada = user('ada')
const grace = user('grace')

let watch: GrantWatch
afterEach(() => {
  watch.stop()
})

/** A cache that a test fills: `change` is a read anew, `announce` the message besides. */
const arrange = ({ pollMs = 60_000 } = {}) => {
  const held = new Map<string, Grants>()
  const listeners = new Set<(affected: AffectedPrincipals) => void>()
  let isDown = false
  let loads = 0
  watch = createGrantWatch({
    grants: {
      load: (principal) => {
        loads++
        return isDown
          ? Promise.reject(new Error('the database is gone'))
          : Promise.resolve(held.get(principalKey(principal)) ?? NO_GRANTS)
      },
      onDropped: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    log: silentLog,
    pollMs,
  })
  const reviews: string[] = []
  return {
    reviews,
    loads: () => loads,
    fail: (down: boolean) => (isDown = down),
    change: (principal: Principal) => held.set(principalKey(principal), { ...NO_GRANTS }),
    announce: (affected: AffectedPrincipals) => listeners.forEach((listener) => listener(affected)),
    open: (name: string, principal: Principal, review = () => Promise.resolve()) =>
      watch.watch({
        principal,
        review: () => {
          reviews.push(name)
          return review()
        },
      }),
  }
}

describe('what is open', () => {
  test('is reviewed once it is watched, and again on the message that its grants changed', async () => {
    const { open, reviews, change, announce } = arrange()
    open('a', ada)
    open('b', ada)
    open('c', grace)
    await until('each was reviewed', () => reviews.length === 3)
    change(ada)
    announce([principalKey(ada)])
    await until('those of Ada were reviewed', () => reviews.length === 5)
    expect(reviews.slice(3).sort()).toEqual(['a', 'b'])
    change(ada)
    change(grace)
    announce('everyone')
    await until('all were reviewed', () => reviews.length === 8)
  })

  test('is reviewed without a message when the grants were read anew, and not while they are the same', async () => {
    const { open, reviews, change, loads } = arrange({ pollMs: 5 })
    open('a', ada)
    await until('it was looked at often', () => loads() > 5)
    expect(reviews).toEqual(['a'])
    change(ada)
    await until('it was reviewed', () => reviews.length === 2)
  })

  test('costs one look for all that one principal has open', async () => {
    const { open, reviews, loads } = arrange()
    for (let index = 0; index < 100; index++) open(String(index), ada)
    await until('all were reviewed', () => reviews.length === 100)
    expect(loads()).toBeLessThanOrEqual(100)
    const before = loads()
    open('one more', ada)
    await until('it was reviewed', () => reviews.length === 101)
    expect(loads()).toBe(before + 1)
  })

  test('is let go when it is released, and anonymous things are not watched', async () => {
    const { open, reviews, change, announce } = arrange()
    const release = open('a', ada)
    open('b', grace)
    open('nobody', ANONYMOUS)
    await until('both were reviewed', () => reviews.length === 2)
    release()
    change(ada)
    change(grace)
    announce('everyone')
    await until('the other was reviewed', () => reviews.length === 3)
    expect(reviews[2]).toBe('b')
  })

  test('is tried again when its grants could not be read, or its review failed', async () => {
    const { open, reviews, fail } = arrange({ pollMs: 5 })
    let failures = 0
    fail(true)
    open('a', ada, () => (failures++ === 0 ? Promise.reject(new Error('not now')) : Promise.resolve()))
    expect(reviews).toEqual([])
    fail(false)
    await until('it was reviewed twice', () => reviews.length === 2)
  })
})
