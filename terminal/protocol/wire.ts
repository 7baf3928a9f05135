/** Offsets count bytes of a stream from its beginning; as numbers they are exact up to 2^53, about 9 petabytes. */
export const OFFSET_BYTES = 8

/** A frame of `size` bytes behind its type, filled by `fill`. Numbers are big-endian. */
export const frameOf = (type: number, size: number, fill: (view: DataView) => void): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(1 + size)
  bytes[0] = type
  fill(new DataView(bytes.buffer, 1))
  return bytes
}

/** What stands behind the type of a frame. */
export const bodyOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1)

export const writeOffset = (view: DataView, at: number, offset: number): void => {
  view.setBigUint64(at, BigInt(offset))
}

/** Undefined for one that no number holds exactly. */
export const readOffset = (view: DataView, at: number): number | undefined => {
  const offset = view.getBigUint64(at)
  return offset <= Number.MAX_SAFE_INTEGER ? Number(offset) : undefined
}

/** The bytes of a view from `at` on, without copying them. */
export const restOf = (view: DataView, at: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, view.byteLength - at)

/** Copies `bytes` into the view at `at`. */
export const putBytes = (view: DataView, at: number, bytes: Uint8Array): void => {
  new Uint8Array(view.buffer, view.byteOffset + at, bytes.byteLength).set(bytes)
}
