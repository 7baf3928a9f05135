import { bodyOf, frameOf, OFFSET_BYTES, putBytes, readOffset, restOf, writeOffset } from './wire.ts'

/** What a gateway says to a client. */
export type GatewayFrame =
  /**
   * Comes first, once: the output goes on at `offset`; `lost` bytes between the client's own offset and this one are gone
   * for good. `inputOffset`: how many bytes of input have arrived so far; the client's next input byte has this number.
   */
  | {
      readonly type: 'ready'
      readonly version: number
      readonly offset: number
      readonly lost: number
      readonly inputOffset: number
    }
  /** `offset` is that of the first byte. */
  | { readonly type: 'output'; readonly offset: number; readonly bytes: Uint8Array }
  /** The program ended: its exit code, and the signal that ended it or 0. Nothing follows but the close. */
  | { readonly type: 'exit'; readonly code: number; readonly signal: number }
  /** Every byte of input before this offset was taken in by the terminal. */
  | { readonly type: 'input-ack'; readonly offset: number }
  | { readonly type: 'pong'; readonly payload: Uint8Array }

const READY = 0x81
const OUTPUT = 0x82
const EXIT = 0x83
const INPUT_ACK = 0x84
const PONG = 0x85

/** The bytes of a frame; `decodeGatewayFrame` gives it back. */
export const encodeGatewayFrame = (frame: GatewayFrame): Uint8Array<ArrayBuffer> => {
  switch (frame.type) {
    case 'ready':
      return frameOf(READY, 1 + 3 * OFFSET_BYTES, (view) => {
        view.setUint8(0, frame.version)
        writeOffset(view, 1, frame.offset)
        writeOffset(view, 1 + OFFSET_BYTES, frame.lost)
        writeOffset(view, 1 + 2 * OFFSET_BYTES, frame.inputOffset)
      })
    case 'output':
      return frameOf(OUTPUT, OFFSET_BYTES + frame.bytes.byteLength, (view) => {
        writeOffset(view, 0, frame.offset)
        putBytes(view, OFFSET_BYTES, frame.bytes)
      })
    case 'exit':
      return frameOf(EXIT, 5, (view) => {
        view.setInt32(0, frame.code)
        view.setUint8(4, frame.signal)
      })
    case 'input-ack':
      return frameOf(INPUT_ACK, OFFSET_BYTES, (view) => {
        writeOffset(view, 0, frame.offset)
      })
    case 'pong':
      return frameOf(PONG, frame.payload.byteLength, (view) => {
        putBytes(view, 0, frame.payload)
      })
  }
}

/** Undefined for bytes that are no frame of a gateway. */
export const decodeGatewayFrame = (bytes: Uint8Array): GatewayFrame | undefined => {
  if (bytes.byteLength === 0) return undefined
  const body = bodyOf(bytes)
  switch (bytes[0]) {
    case READY:
      return body.byteLength === 1 + 3 * OFFSET_BYTES ? readyOf(body) : undefined
    case OUTPUT: {
      const offset = body.byteLength > OFFSET_BYTES ? readOffset(body, 0) : undefined
      return offset === undefined ? undefined : { type: 'output', offset, bytes: restOf(body, OFFSET_BYTES) }
    }
    case EXIT:
      return body.byteLength === 5 ? { type: 'exit', code: body.getInt32(0), signal: body.getUint8(4) } : undefined
    case INPUT_ACK: {
      const offset = body.byteLength === OFFSET_BYTES ? readOffset(body, 0) : undefined
      return offset === undefined ? undefined : { type: 'input-ack', offset }
    }
    case PONG:
      return { type: 'pong', payload: restOf(body, 0) }
    default:
      return undefined
  }
}

const readyOf = (body: DataView): GatewayFrame | undefined => {
  const offset = readOffset(body, 1)
  const lost = readOffset(body, 1 + OFFSET_BYTES)
  const inputOffset = readOffset(body, 1 + 2 * OFFSET_BYTES)
  return offset === undefined || lost === undefined || inputOffset === undefined
    ? undefined
    : { type: 'ready', version: body.getUint8(0), offset, lost, inputOffset }
}
