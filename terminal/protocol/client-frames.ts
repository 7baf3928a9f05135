import { readSize, writeSize, type TerminalSize } from './size.ts'
import { bodyOf, frameOf, OFFSET_BYTES, putBytes, readOffset, restOf, writeOffset } from './wire.ts'

/** The WebSocket subprotocol of terminals; the token is offered beside it, as `token.<token>`. */
export const TERMINAL_PROTOCOL = 'gpuaas.terminal.v1'

/** Of the frames below, said in the first frame of each side; the subprotocol names the same version. */
export const PROTOCOL_VERSION = 1

/** The most bytes of input in one frame. */
export const MAX_INPUT_BYTES = 65_536

/** The most bytes that a ping may carry back. */
const MAX_PING_BYTES = 8

/** What a client says. */
export type ClientFrame =
  | { readonly type: 'hello'; readonly version: number; readonly offset: number; readonly size: TerminalSize }
  | { readonly type: 'input'; readonly bytes: Uint8Array }
  | { readonly type: 'resize'; readonly size: TerminalSize }
  /** Everything before this offset of the output was taken in; the gateway sends 1 MiB beyond it and waits. */
  | { readonly type: 'ack'; readonly offset: number }
  | { readonly type: 'ping'; readonly payload: Uint8Array }

const HELLO = 0x01
const INPUT = 0x02
const RESIZE = 0x03
const ACK = 0x04
const PING = 0x05

/** The bytes of a frame; `decodeClientFrame` gives it back. */
export const encodeClientFrame = (frame: ClientFrame): Uint8Array<ArrayBuffer> => {
  switch (frame.type) {
    case 'hello':
      return frameOf(HELLO, 1 + OFFSET_BYTES + 4, (view) => {
        view.setUint8(0, frame.version)
        writeOffset(view, 1, frame.offset)
        writeSize(view, 1 + OFFSET_BYTES, frame.size)
      })
    case 'input':
      return frameOf(INPUT, frame.bytes.byteLength, (view) => {
        putBytes(view, 0, frame.bytes)
      })
    case 'resize':
      return frameOf(RESIZE, 4, (view) => {
        writeSize(view, 0, frame.size)
      })
    case 'ack':
      return frameOf(ACK, OFFSET_BYTES, (view) => {
        writeOffset(view, 0, frame.offset)
      })
    case 'ping':
      return frameOf(PING, frame.payload.byteLength, (view) => {
        putBytes(view, 0, frame.payload)
      })
  }
}

/** Undefined for bytes that are no frame of a client: wrong length, unknown type, a size or offset out of range. */
export const decodeClientFrame = (bytes: Uint8Array): ClientFrame | undefined => {
  if (bytes.byteLength === 0) return undefined
  const body = bodyOf(bytes)
  switch (bytes[0]) {
    case HELLO:
      return body.byteLength === 1 + OFFSET_BYTES + 4 ? helloOf(body) : undefined
    case INPUT:
      return body.byteLength > 0 ? { type: 'input', bytes: restOf(body, 0) } : undefined
    case RESIZE: {
      const size = body.byteLength === 4 ? readSize(body, 0) : undefined
      return size && { type: 'resize', size }
    }
    case ACK: {
      const offset = body.byteLength === OFFSET_BYTES ? readOffset(body, 0) : undefined
      return offset === undefined ? undefined : { type: 'ack', offset }
    }
    case PING:
      return body.byteLength <= MAX_PING_BYTES ? { type: 'ping', payload: restOf(body, 0) } : undefined
    default:
      return undefined
  }
}

const helloOf = (body: DataView): ClientFrame | undefined => {
  const offset = readOffset(body, 1)
  const size = readSize(body, 1 + OFFSET_BYTES)
  return offset === undefined || size === undefined
    ? undefined
    : { type: 'hello', version: body.getUint8(0), offset, size }
}
