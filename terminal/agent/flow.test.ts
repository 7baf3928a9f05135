import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { OutputFlow, type OutputSink } from './flow.ts'

const MEBIBYTE = 1024 * 1024

const listener = (room = () => true) => {
  const got: Buffer[] = []
  const skips: (readonly [offset: number, lost: number])[] = []
  const offsets: number[] = []
  const sink: OutputSink = {
    output: (offset, bytes) => {
      offsets.push(offset)
      got.push(Buffer.from(bytes))
    },
    skipped: (...skip) => skips.push(skip),
    hasRoom: room,
  }
  return { sink, skips, bytes: () => Buffer.concat(got), offsets }
}

test('a listener is given 1 MiB beyond what it acknowledged, and the program waits exactly then', () => {
  const flow = new OutputFlow()
  const { sink, bytes } = listener()
  flow.listen(sink, 0)
  flow.push(Buffer.alloc(MEBIBYTE - 1))
  expect(flow.isFull).toBe(false)
  flow.push(Buffer.alloc(2))
  expect([flow.isFull, bytes().length, flow.isDrained]).toEqual([true, MEBIBYTE, false])
  flow.acknowledge(MEBIBYTE + 1)
  expect(flow.isFull).toBe(true) // nobody can have what was never sent
  flow.acknowledge(10)
  expect([flow.isFull, bytes().length, flow.isDrained]).toEqual([false, MEBIBYTE + 1, true])
})

test('without a listener the program runs on, and what is older than 1 MiB is told as lost', () => {
  const flow = new OutputFlow()
  const first = listener()
  flow.listen(first.sink, 0)
  flow.push(Buffer.from('hello'))
  flow.unlisten('run-on')
  for (let count = 0; count < 50; count += 1) {
    flow.push(Buffer.alloc(64 * 1024, count))
    expect(flow.isFull).toBe(false)
  }
  const second = listener()
  expect(flow.listen(second.sink, 5)).toBe(true)
  const [[offset, lost] = [0, 0]] = second.skips
  expect(offset - lost).toBe(5)
  expect(flow.end - offset).toBeGreaterThanOrEqual(MEBIBYTE)
  expect(second.offsets[0]).toBe(offset)
  expect(flow.listen(listener().sink, flow.end + 1)).toBe(false)
})

test('while a listener is expected back the program waits where it would with it', () => {
  const flow = new OutputFlow()
  flow.listen(listener().sink, 0)
  flow.unlisten('expect')
  flow.push(Buffer.alloc(MEBIBYTE))
  expect(flow.isFull).toBe(true)
  flow.unlisten('run-on')
  expect(flow.isFull).toBe(false)
})

test('whatever comes between, a listener has every byte once and in order', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), size: fc.integer({ min: 1, max: 90_000 }) }),
    fc.record({ kind: fc.constant('ack' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('again' as const), back: fc.integer({ min: 0, max: 50_000 }) }),
    fc.record({ kind: fc.constant('room' as const), room: fc.integer({ min: 0, max: 5 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const flow = new OutputFlow()
      const written: Buffer[] = []
      const received = Buffer.alloc(6_000_000)
      let [has, room, acknowledged] = [0, 5, 0]
      const sink: OutputSink = {
        output: (offset, bytes) => {
          expect(offset).toBe(has)
          received.set(bytes, has)
          has += bytes.length
          room -= 1
        },
        skipped: (offset, lost) => {
          expect([offset, lost]).toEqual([has, 0])
        },
        hasRoom: () => room > 0,
      }
      flow.listen(sink, 0)
      let count = 0
      for (const next of steps) {
        if (next.kind === 'push') {
          if (flow.isFull) continue
          const bytes = Buffer.alloc(next.size, count++)
          written.push(bytes)
          flow.push(bytes)
        } else if (next.kind === 'ack') {
          acknowledged += Math.floor((has - acknowledged) * next.share)
          flow.acknowledge(acknowledged)
        } else if (next.kind === 'again') {
          has = Math.max(acknowledged, has - next.back)
          acknowledged = has
          flow.listen(sink, has)
        } else {
          room = next.room
          flow.pump()
        }
      }
      const all = Buffer.concat(written)
      expect(received.subarray(0, has).equals(all.subarray(0, has))).toBe(true)
    }),
    { numRuns: 60 },
  )
})
