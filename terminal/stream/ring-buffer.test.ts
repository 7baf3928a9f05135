import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { RingBuffer } from './ring-buffer.ts'

const readAll = (ring: RingBuffer, from: number): Buffer => {
  const pieces: Buffer[] = []
  for (let at = from; at < ring.end;) {
    const piece = Buffer.from(ring.read(at, 5))
    pieces.push(piece)
    at += piece.length
  }
  return Buffer.concat(pieces)
}

test('keeps the last bytes under the offsets that they have in the whole stream, however they came', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.uint8Array({ maxLength: 60 })), (capacity, chunks) => {
      const ring = new RingBuffer(capacity)
      const all: number[] = []
      for (const chunk of chunks) {
        ring.push(chunk)
        all.push(...chunk)
        expect(ring.end).toBe(all.length)
        expect(ring.start).toBe(Math.max(0, all.length - capacity))
        expect([...readAll(ring, ring.start)]).toEqual(all.slice(ring.start))
      }
    }),
  )
})

test('does not give what it does not hold', () => {
  const ring = new RingBuffer(4)
  ring.push(Buffer.from('abcdef'))
  expect(() => ring.read(1, 1)).toThrow(RangeError)
  expect(() => ring.read(7, 1)).toThrow(RangeError)
  expect(ring.read(6, 1)).toHaveLength(0)
  expect(readAll(ring, 2).toString()).toBe('cdef')
})
