import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeClientFrame, MAX_INPUT_BYTES, TERMINAL_PROTOCOL } from '../terminal/protocol/client-frames.ts'
import { encodeGatewayFrame, type GatewayFrame } from '../terminal/protocol/gateway-frames.ts'
import * as client from './terminal-frames.js'

const offset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const side = fc.integer({ min: 1, max: 1000 })
const size = fc.record({ columns: side, rows: side })
const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 })

test('what the client says is what the gateway reads', () => {
  expect([client.TERMINAL_PROTOCOL, client.MAX_INPUT_BYTES]).toEqual([TERMINAL_PROTOCOL, MAX_INPUT_BYTES])
  fc.assert(
    fc.property(offset, size, bytes, (at, of, typed) => {
      expect(decodeClientFrame(client.helloFrame(at, of))).toEqual({ type: 'hello', version: 1, offset: at, size: of })
      expect(decodeClientFrame(client.inputFrame(typed))).toEqual({ type: 'input', bytes: typed })
      expect(decodeClientFrame(client.resizeFrame(of))).toEqual({ type: 'resize', size: of })
      expect(decodeClientFrame(client.ackFrame(at))).toEqual({ type: 'ack', offset: at })
    }),
  )
  expect(decodeClientFrame(client.pingFrame())).toEqual({ type: 'ping', payload: new Uint8Array() })
})

test('what the gateway says is what the client reads', () => {
  const frames: fc.Arbitrary<GatewayFrame> = fc.oneof(
    fc.record({ type: fc.constant('ready' as const), version: fc.nat(255), offset, lost: offset, inputOffset: offset }),
    fc.record({ type: fc.constant('output' as const), offset, bytes }),
    fc.record({
      type: fc.constant('exit' as const),
      code: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      signal: fc.nat(255),
    }),
    fc.record({ type: fc.constant('input-ack' as const), offset }),
  )
  fc.assert(
    fc.property(frames, (frame) => {
      expect(client.readTerminalFrame(encodeGatewayFrame(frame).buffer)).toEqual(frame)
    }),
  )
  const pong = encodeGatewayFrame({ type: 'pong', payload: new Uint8Array() })
  expect(client.readTerminalFrame(pong.buffer)).toEqual({ type: 'pong' })
})

test('what is no frame is undefined, never a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (noise) => {
      const first = noise[0]
      const read = client.readTerminalFrame(noise.slice().buffer)
      if (first === undefined || first < 0x81 || first > 0x85) expect(read).toBeUndefined()
    }),
  )
})
