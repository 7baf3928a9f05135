import { readSize, writeSize, type TerminalSize } from '../protocol/size.ts'
import { bodyOf, frameOf, OFFSET_BYTES, putBytes, readOffset, restOf, writeOffset } from '../protocol/wire.ts'

/** The WebSocket subprotocol of the link that a node agent keeps to a gateway. */
export const LINK_PROTOCOL = 'gpuaas.node-agent.v1'

/** What one terminal's part of a link carries: many terminals share it, told apart by the number of their stream. */
export type LinkFrame = { readonly stream: number } & (
  | { readonly type: 'output'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly type: 'input'; readonly bytes: Uint8Array }
  /** By the gateway: the client took in all output before this offset. */
  | { readonly type: 'ack'; readonly offset: number }
  /** By the agent: the terminal took in all input before this offset. */
  | { readonly type: 'input-ack'; readonly offset: number }
  | { readonly type: 'resize'; readonly size: TerminalSize }
)

const OUTPUT = 1
const INPUT = 2
const ACK = 3
const INPUT_ACK = 4
const RESIZE = 5

const STREAM_BYTES = 4

const onStream = (type: number, stream: number, size: number, fill: (view: DataView, at: number) => void) =>
  frameOf(type, STREAM_BYTES + size, (view) => {
    view.setUint32(0, stream)
    fill(view, STREAM_BYTES)
  })

/** The bytes of a frame; `decodeLinkFrame` gives it back. */
export const encodeLinkFrame = (frame: LinkFrame): Uint8Array<ArrayBuffer> => {
  const { stream } = frame
  switch (frame.type) {
    case 'output':
      return onStream(OUTPUT, stream, OFFSET_BYTES + frame.bytes.byteLength, (view, at) => {
        writeOffset(view, at, frame.offset)
        putBytes(view, at + OFFSET_BYTES, frame.bytes)
      })
    case 'input':
      return onStream(INPUT, stream, frame.bytes.byteLength, (view, at) => {
        putBytes(view, at, frame.bytes)
      })
    case 'ack':
    case 'input-ack':
      return onStream(frame.type === 'ack' ? ACK : INPUT_ACK, stream, OFFSET_BYTES, (view, at) => {
        writeOffset(view, at, frame.offset)
      })
    case 'resize':
      return onStream(RESIZE, stream, 4, (view, at) => {
        writeSize(view, at, frame.size)
      })
  }
}

/** Undefined for bytes that are no frame of a link. */
export const decodeLinkFrame = (bytes: Uint8Array): LinkFrame | undefined => {
  if (bytes.byteLength < 1 + STREAM_BYTES) return undefined
  const body = bodyOf(bytes)
  const stream = body.getUint32(0)
  const length = body.byteLength - STREAM_BYTES
  switch (bytes[0]) {
    case OUTPUT: {
      const offset = length > OFFSET_BYTES ? readOffset(body, STREAM_BYTES) : undefined
      return offset === undefined
        ? undefined
        : { type: 'output', stream, offset, bytes: restOf(body, STREAM_BYTES + OFFSET_BYTES) }
    }
    case INPUT:
      return length > 0 ? { type: 'input', stream, bytes: restOf(body, STREAM_BYTES) } : undefined
    case ACK:
    case INPUT_ACK: {
      const offset = length === OFFSET_BYTES ? readOffset(body, STREAM_BYTES) : undefined
      return offset === undefined ? undefined : { type: bytes[0] === ACK ? 'ack' : 'input-ack', stream, offset }
    }
    case RESIZE: {
      const size = length === 4 ? readSize(body, STREAM_BYTES) : undefined
      return size && { type: 'resize', stream, size }
    }
    default:
      return undefined
  }
}
