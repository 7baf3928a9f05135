import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeClientFrame, encodeClientFrame, type ClientFrame } from './client-frames.ts'
import { decodeGatewayFrame, encodeGatewayFrame, type GatewayFrame } from './gateway-frames.ts'

const offset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const side = fc.integer({ min: 1, max: 1000 })
const size = fc.record({ columns: side, rows: side })
const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 })

const clientFrames: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({ type: fc.constant('hello' as const), version: fc.nat(255), offset, size }),
  fc.record({ type: fc.constant('input' as const), bytes }),
  fc.record({ type: fc.constant('resize' as const), size }),
  fc.record({ type: fc.constant('ack' as const), offset }),
  fc.record({ type: fc.constant('ping' as const), payload: fc.uint8Array({ maxLength: 8 }) }),
)
const gatewayFrames: fc.Arbitrary<GatewayFrame> = fc.oneof(
  fc.record({
    type: fc.constant('ready' as const),
    version: fc.nat(255),
    offset,
    lost: offset,
    inputOffset: offset,
  }),
  fc.record({ type: fc.constant('output' as const), offset, bytes }),
  fc.record({
    type: fc.constant('exit' as const),
    code: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    signal: fc.nat(255),
  }),
  fc.record({ type: fc.constant('input-ack' as const), offset }),
  fc.record({ type: fc.constant('pong' as const), payload: fc.uint8Array({ maxLength: 8 }) }),
)

/** As it comes from a socket: somewhere in a larger buffer. */
const withinALargerBuffer = (frame: Uint8Array): Uint8Array => Buffer.concat([Buffer.from('xyz'), frame]).subarray(3)

describe.each([
  ['a client', clientFrames, encodeClientFrame, decodeClientFrame],
  ['a gateway', gatewayFrames, encodeGatewayFrame, decodeGatewayFrame],
] as [string, fc.Arbitrary<unknown>, (frame: unknown) => Uint8Array, (bytes: Uint8Array) => unknown][])(
  'the frames of %s',
  (_, frames, encode, decode) => {
    test('come back as they were', () => {
      fc.assert(
        fc.property(frames, (frame) => {
          expect(decode(withinALargerBuffer(encode(frame)))).toEqual(frame)
        }),
      )
    })

    test('are undefined, never a fault, where they are cut, grown or changed into no frame', () => {
      fc.assert(
        fc.property(frames, fc.nat(), fc.uint8Array({ maxLength: 30 }), (frame, at, noise) => {
          const whole = encode(frame)
          const cut = whole.subarray(0, at % whole.length)
          for (const broken of [cut, Buffer.concat([cut, noise]), Buffer.concat([whole, noise])]) {
            const read = decode(broken)
            if (read !== undefined) expect(Buffer.from(encode(read))).toEqual(Buffer.from(broken))
          }
        }),
        { numRuns: 500 },
      )
    })

    test('any bytes are one frame exactly, or none', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
          const read = decode(noise)
          if (read !== undefined) expect(Buffer.from(encode(read))).toEqual(Buffer.from(noise))
        }),
        { numRuns: 2000 },
      )
    })
  },
)

test('sizes that no terminal has, and offsets that no number holds, are no frames', () => {
  const resize = encodeClientFrame({ type: 'resize', size: { columns: 80, rows: 24 } })
  for (const [at, value] of [
    [1, 0xff],
    [2, 0],
  ] as const) {
    const broken = resize.slice()
    broken[at] = value
    expect([value, decodeClientFrame(broken)]).toEqual([value, undefined])
  }
  expect(decodeClientFrame(new Uint8Array([0x04, 0xff, 0, 0, 0, 0, 0, 0, 1]))).toBeUndefined()
  expect(decodeClientFrame(new Uint8Array([0x05, ...new Array<number>(9).fill(1)]))).toBeUndefined()
})
