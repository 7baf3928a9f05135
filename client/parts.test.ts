import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createBackoff } from './backoff.js'
import { createEventReader, type StreamEvent } from './event-stream.js'
import { createInbox } from './inbox.js'
import { createSequencer } from './sequencer.js'

test('backoff: full jitter below a ceiling that doubles up to its maximum, and begins anew', () => {
  const highest = createBackoff({ baseMs: 100, maxMs: 1_000, random: () => 1 })
  expect([1, 2, 3, 4, 5, 6].map(() => highest.next())).toEqual([100, 200, 400, 800, 1_000, 1_000])
  highest.reset()
  expect(highest.next()).toBe(100)
  expect(highest.next(500)).toBe(700)
  const lowest = createBackoff({ baseMs: 100, maxMs: 1_000, random: () => 0 })
  expect([lowest.next(), lowest.next(30)]).toEqual([0, 30])
})

test('sequencer: any order, with any repetition, comes out in order and once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 100 }), (arrivals) => {
      const sequencer = createSequencer<number>()
      const out: number[] = []
      for (const sequence of [0, ...arrivals]) {
        const ready = sequencer.take({ channel: 'a', sequence }, sequence)
        if (ready !== 'repeated') out.push(...ready)
      }
      const rest = sequencer.skip()
      expect(out).toEqual(Array.from({ length: out.length }, (_, index) => index))
      expect([...out, ...rest]).toEqual([...new Set([0, ...arrivals])].toSorted((one, other) => one - other))
      expect(sequencer.hasHole()).toBe(false)
    }),
  )
})

test('sequencer: channels are counted apart', () => {
  const sequencer = createSequencer<string>()
  expect(sequencer.take({ channel: 'a', sequence: 7 }, 'a7')).toEqual(['a7'])
  expect(sequencer.take({ channel: 'a', sequence: 9 }, 'a9')).toEqual([])
  expect(sequencer.take({ channel: 'b', sequence: 1 }, 'b1')).toEqual(['b1'])
  expect([sequencer.hasHole(), sequencer.kept()]).toEqual([true, 1])
  expect(sequencer.take({ channel: 'a', sequence: 8 }, 'a8')).toEqual(['a8', 'a9'])
  expect(sequencer.take({ channel: 'a', sequence: 8 }, 'a8')).toBe('repeated')
})

test('event stream: events are the same however the text is cut', () => {
  const text = ': ping\n\nevent: next\ndata: {"a":\ndata: 1}\r\n\r\nevent:complete\rdata\r\rdata: x\nid: 3\n\n'
  const expected = [
    { event: 'next', data: '{"a":\n1}' },
    { event: 'complete', data: '' },
    { event: 'message', data: 'x' },
  ]
  fc.assert(
    fc.property(fc.array(fc.nat({ max: text.length })), (cuts) => {
      const events: StreamEvent[] = []
      const read = createEventReader((event) => events.push(event))
      const points = [0, ...cuts.toSorted((one, other) => one - other), text.length]
      for (const [index, point] of points.entries()) read(text.slice(points[index - 1] ?? 0, point))
      expect(events).toEqual(expected)
    }),
  )
})

test('inbox: what waits is read before the end, and the end before nothing', async () => {
  const inbox = createInbox<number>()
  const early = [inbox.take(), inbox.take()]
  inbox.put(1)
  inbox.put(2)
  inbox.put(3)
  inbox.fail(new Error('over'))
  inbox.put(4)
  expect(await Promise.all(early)).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
  ])
  expect(await inbox.take()).toEqual({ done: false, value: 3 })
  await expect(inbox.take()).rejects.toThrow('over')
  expect(await inbox.take()).toEqual({ done: true, value: undefined })
})
