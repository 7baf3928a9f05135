import { MalformedAnswer } from './answer-fault.ts'

const TOKEN = String.raw`[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+`
const QUOTED = String.raw`"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"`
const EXTENSION = String.raw`[\t ]*;[\t ]*${TOKEN}(?:[\t ]*=[\t ]*(?:${TOKEN}|${QUOTED}))?`
/** `chunk-size [ chunk-ext ]`, RFC 9112 section 7.1; no more digits than a number has. */
const CHUNK = new RegExp(String.raw`^([0-9A-Fa-f]{1,13})(?:${EXTENSION})*$`)

/** How many bytes follow this line of a chunked body. Throws `MalformedAnswer` where it does not say that. Extensions say nothing to us. */
export const chunkSizeOf = (line: string): number => {
  const size = CHUNK.exec(line)?.[1]
  if (size === undefined) throw new MalformedAnswer('A chunk of the answer has no size')
  return Number.parseInt(size, 16)
}
