import { expect, test } from '@jest/globals'
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
