import { joined, type Pieces } from './pieces.ts'
import { piecesOf } from './written-data.ts'
import { textOfExtensions } from './written-extensions.ts'

/** An answer as it is sent: its errors catalogued and formatted. */
export interface SentAnswer {
  readonly errors?: readonly unknown[] | undefined
  readonly data?: unknown
  readonly extensions?: unknown
}

/**
 * The JSON of an answer, in parts ready to be sent: errors first, then data, which is taken as it was written where
 * nobody has looked into it.
 */
export const answerPieces = ({ errors, data, extensions }: SentAnswer): Pieces => {
  const written = piecesOf(data)
  const head = errors === undefined ? '{' : `{"errors":${JSON.stringify(errors)}`
  const tail = extensions === undefined ? '}' : `,"extensions":${textOfExtensions(extensions)}}`
  if (data === undefined) return [head === '{' ? `{${tail.slice(1)}` : head + tail]
  const opening = head === '{' ? '{"data":' : `${head},"data":`
  if (!written) return [opening + JSON.stringify(data) + tail]
  const [first, ...more] = written
  if (typeof first === 'string' && more.length === 0) return [opening + first + tail]
  return [opening, ...written, tail]
}

/** The same as one text: a frame of a socket, or Apollo's `stringifyResult`. */
export const answerText = (answer: SentAnswer): string => joined(answerPieces(answer))
