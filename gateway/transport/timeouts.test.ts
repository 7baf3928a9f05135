import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from '@jest/globals'
import { until } from '../../test/testkit/until.ts'
import { Timeouts, type Timed } from './timeouts.ts'

test('each is told in its turn and never early, and who is not waited for any more is not', async () => {
  const timeouts = new Timeouts(30)
  const ended: string[] = []
  const early: string[] = []
  const begin = (name: string): Timed => {
    const dueAt = performance.now() + timeouts.ms
    const timed = {
      dueAt,
      timeOut: () => {
        ended.push(name)
        if (performance.now() < dueAt) early.push(name)
      },
    }
    timeouts.add(timed)
    return timed
  }
  begin('first')
  const gone = begin('gone')
  begin('second')
  timeouts.delete(gone)
  await until('both have ended', () => ended.length === 2)
  // Once nothing is waited for the next one begins a timer anew.
  begin('third')
  await until('the third has ended', () => ended.length === 3)
  expect(ended).toEqual(['first', 'second', 'third'])
  expect(early).toEqual([])
})

test('the timer that all share keeps nothing of the request that began it', async () => {
  const request = new AsyncLocalStorage<string>()
  const timeouts = new Timeouts(10)
  const seen: unknown[] = []
  const begin = (dueAt: number): void => timeouts.add({ dueAt, timeOut: () => seen.push(request.getStore() ?? 'none') })
  request.run('first', () => {
    begin(performance.now())
    begin(performance.now() + 30)
  })
  await until('both have ended', () => seen.length === 2)
  expect(seen).toEqual(['none', 'none'])
})
