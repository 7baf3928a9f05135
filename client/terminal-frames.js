/**
 * The frames of `gpuaas.terminal.v1` (docs/guides/terminal.md): those that a client says, and those that it hears. The
 * first byte is the type; numbers are big-endian; offsets count bytes of a session from its beginning, in eight bytes.
 * @typedef {{ readonly columns: number, readonly rows: number }} Size 1 to 1000 each
 */

/**
 * What a gateway says.
 * - `ready`: the output goes on at `offset`, and `lost` bytes before it are gone; the next byte of input is `inputOffset`.
 * - `input-ack`: the terminal took in all input before `offset`.
 * @typedef {{ readonly type: 'ready', readonly version: number, readonly offset: number, readonly lost: number, readonly inputOffset: number }} ReadyFrame
 * @typedef {{ readonly type: 'output', readonly offset: number, readonly bytes: Uint8Array }} OutputFrame
 * @typedef {{ readonly type: 'exit', readonly code: number, readonly signal: number }} ExitFrame
 * @typedef {ReadyFrame | OutputFrame | ExitFrame | { readonly type: 'input-ack', readonly offset: number } | { readonly type: 'pong' }} TerminalFrame
 */

export const TERMINAL_PROTOCOL = 'gpuaas.terminal.v1'

/** The most bytes of one frame of input. */
export const MAX_INPUT_BYTES = 65_536

const VERSION = 1

/**
 * @param {number} type
 * @param {number} length of what is behind the type
 * @param {(view: DataView<ArrayBuffer>) => void} fill
 */
const frame = (type, length, fill) => {
  const view = new DataView(new ArrayBuffer(1 + length))
  view.setUint8(0, type)
  fill(view)
  return new Uint8Array(view.buffer)
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {Size} size
 */
const putSize = (view, at, { columns, rows }) => {
  view.setUint16(at, columns)
  view.setUint16(at + 2, rows)
}

/**
 * @param {number} offset of the first byte of output that is not here yet
 * @param {Size} size
 */
export const helloFrame = (offset, size) =>
  frame(0x01, 13, (view) => {
    view.setUint8(1, VERSION)
    view.setBigUint64(2, BigInt(offset))
    putSize(view, 10, size)
  })

/** @param {Uint8Array} bytes 1 to `MAX_INPUT_BYTES` */
export const inputFrame = (bytes) => frame(0x02, bytes.length, ({ buffer }) => new Uint8Array(buffer).set(bytes, 1))

/** @param {Size} size */
export const resizeFrame = (size) => frame(0x03, 4, (view) => putSize(view, 1, size))

/** @param {number} offset all output before it was taken in */
export const ackFrame = (offset) => frame(0x04, 8, (view) => view.setBigUint64(1, BigInt(offset)))

export const pingFrame = () => frame(0x05, 0, () => undefined)

/**
 * @param {ArrayBuffer} message
 * @returns {TerminalFrame | undefined} undefined for what is no frame of a gateway
 */
export const readTerminalFrame = (message) => {
  const view = new DataView(message)
  const length = message.byteLength
  const type = length > 0 ? view.getUint8(0) : undefined
  const offsetAt = (/** @type {number} */ at) => Number(view.getBigUint64(at))
  if (type === 0x81 && length === 26)
    return {
      type: 'ready',
      version: view.getUint8(1),
      offset: offsetAt(2),
      lost: offsetAt(10),
      inputOffset: offsetAt(18),
    }
  if (type === 0x82 && length > 9) return { type: 'output', offset: offsetAt(1), bytes: new Uint8Array(message, 9) }
  if (type === 0x83 && length === 6) return { type: 'exit', code: view.getInt32(1), signal: view.getUint8(5) }
  if (type === 0x84 && length === 9) return { type: 'input-ack', offset: offsetAt(1) }
  return type === 0x85 ? { type: 'pong' } : undefined
}
