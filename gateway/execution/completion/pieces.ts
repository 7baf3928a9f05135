/** A text in parts, in their order; long parts are bytes already. */
export type Pieces = readonly (string | Buffer)[]

export const joined = (pieces: Pieces): string => {
  const [first] = pieces
  if (pieces.length === 1 && typeof first === 'string') return first
  let text = ''
  for (const piece of pieces) text += typeof piece === 'string' ? piece : piece.toString()
  return text
}

/** How many bytes the text has as UTF-8. */
export const byteLengthOf = (pieces: Pieces): number => {
  let length = 0
  for (const piece of pieces) length += Buffer.byteLength(piece)
  return length
}
