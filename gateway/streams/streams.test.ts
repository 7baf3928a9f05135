import { expect, test } from '@jest/globals'
import type { ExecutionResult } from 'graphql'
import { until } from '../../test/testkit/until.ts'
import { boundedEvents } from './bounded-events.ts'
import { mapEvents } from './map-events.ts'

/** A source that never has an event, until it is ended. */
const silentSource = () => {
  let isEnded = false
  let finish: (() => void) | undefined
  const ended = { done: true, value: undefined } as const
  const source: AsyncIterableIterator<number> = {
    next: () => new Promise((resolve) => (finish = () => resolve(ended))),
    return: () => {
      isEnded = true
      finish?.()
      return Promise.resolve(ended)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
  return { source, isEnded: () => isEnded }
}

async function* counting(to: number): AsyncGenerator<number> {
  for (let value = 1; value <= to; value++) yield value
}

test('return ends the source and the waiting reader at once, with no event on the way', async () => {
  const { source, isEnded } = silentSource()
  const mapped = mapEvents(source, (value) => Promise.resolve(value))
  const waiting = mapped.next()
  await mapped.return?.()
  expect(isEnded()).toBe(true)
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(await mapped.next()).toEqual({ done: true, value: undefined })
})

test('events keep their order, however long each takes to map', async () => {
  const mapped = mapEvents(counting(3), async (value) => {
    for (let turns = 0; turns < 10 - value * 3; turns++) await Promise.resolve()
    return value * 10
  })
  const results = await Promise.all([mapped.next(), mapped.next(), mapped.next(), mapped.next()])
  expect(results.map(({ value }) => value as unknown)).toEqual([10, 20, 30, undefined])
})

test('a map that fails rejects that event and leaves the stream', async () => {
  const mapped = mapEvents(counting(2), (value) =>
    value === 1 ? Promise.reject(new Error('one')) : Promise.resolve(value),
  )
  await expect(mapped.next()).rejects.toThrow('one')
  expect(await mapped.next()).toEqual({ done: false, value: 2 })
})

test('a reader that falls behind loses the stream, and is told so after what was waiting', async () => {
  let isReturned = false
  async function* flood(): AsyncGenerator<ExecutionResult> {
    try {
      for (;;) yield { data: { tick: 1 } }
    } finally {
      isReturned = true
    }
  }
  const { events } = boundedEvents(flood(), 3)
  await until('the source is stopped', () => isReturned)
  const seen: ExecutionResult[] = []
  for await (const event of events) seen.push(event)
  expect(seen).toHaveLength(4)
  expect(seen.at(-1)?.errors?.[0]?.extensions['code']).toBe('SLOW_CONSUMER')
})

test('a source that fails ends the stream with an error', async () => {
  async function* failing(): AsyncGenerator<ExecutionResult> {
    yield { data: { tick: 1 } }
    throw new Error('select * from secrets')
  }
  const seen: ExecutionResult[] = []
  for await (const event of boundedEvents(failing(), 3).events) seen.push(event)
  expect(seen.map(({ errors }) => errors?.[0]?.message)).toEqual([undefined, 'Something went wrong on our side.'])
})

test('a stream that is failed drops what waits, gives its reader the error, and ends its source', async () => {
  const { source, isEnded } = silentSource()
  async function* three(): AsyncGenerator<ExecutionResult> {
    for (let tick = 0; tick < 3; tick++) yield { data: { tick } }
    await source.next()
  }
  const { events, fail } = boundedEvents(three(), 10)
  expect(await events.next()).toEqual({ done: false, value: { data: { tick: 0 } } })
  fail(new Error('revoked'))
  await expect(events.next()).rejects.toThrow('revoked')
  expect(await events.next()).toEqual({ done: true, value: undefined })
  await source.return?.()
  expect(isEnded()).toBe(true)
})

test('a reader that waits hears of the failure at once', async () => {
  const { source, isEnded } = silentSource()
  const { events, fail } = boundedEvents(
    mapEvents(source, (tick) => Promise.resolve({ data: { tick } })),
    10,
  )
  const waiting = events.next()
  fail(new Error('revoked'))
  await expect(waiting).rejects.toThrow('revoked')
  await until('the source is stopped', isEnded)
})
