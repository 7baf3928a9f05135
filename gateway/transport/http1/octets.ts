import { MalformedAnswer } from './answer-fault.ts'

const CR = 0x0d
const LF = 0x0a
const COLON = 0x3a
const SPACE = 0x20
const TAB = 0x09

const octets = (belongs: (octet: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, octet) => Number(belongs(octet)))

/** `tchar`, RFC 9110 section 5.6.2. */
const TOKEN = octets((octet) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(octet)))
/** What lines are made of: `VCHAR`, `SP`, `HTAB` and `obs-text`, RFC 9110 section 5.5. */
const TEXT = octets((octet) => octet === TAB || (octet >= SPACE && octet !== 0x7f))

/**
 * Where the line that begins at `from` ends: before its CRLF. -1 where the end has not come yet. Throws `MalformedAnswer`
 * for a CR or LF alone, and for any other control character (RFC 9112 section 2.2).
 */
export const endOfLine = (bytes: Uint8Array, from: number): number => {
  const { length } = bytes
  let at = from
  while (at < length && TEXT[bytes[at] ?? 0] === 1) at++
  if (at === length) return -1
  if (bytes[at] !== CR) throw new MalformedAnswer('A line of the answer has a control character')
  if (at + 1 === length) return -1
  if (bytes[at + 1] !== LF) throw new MalformedAnswer('A line of the answer has a CR that does not end it')
  return at
}

/**
 * Where the name of the field line `[from, to)` ends: before its colon. Throws `MalformedAnswer` where it is no token, and
 * so for white space before the colon and for a line that goes on with the one before (RFC 9112 sections 5.1 and 5.2).
 */
export const endOfName = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from
  while (at < to && TOKEN[bytes[at] ?? 0] === 1) at++
  if (at === from || bytes[at] !== COLON) throw new MalformedAnswer('A header field of the answer has no name')
  return at
}

/** Whether `[from, from + name.length)` is that name, which is of lower-case letters and hyphens. */
export const isNamed = (bytes: Uint8Array, from: number, name: Uint8Array): boolean => {
  for (let at = 0; at < name.length; at++) {
    // Upper-case letters differ from lower-case ones by this bit, and a hyphen has it; what else lacks it is of no token.
    if (((bytes[from + at] ?? 0) | 0x20) !== name[at]) return false
  }
  return true
}

/** The value `[from, to)` of a field, without the white space around it. */
export const valueOf = (bytes: Buffer, from: number, to: number): string => {
  let begin = from
  let end = to
  while (begin < end && isBlank(bytes[begin])) begin++
  while (end > begin && isBlank(bytes[end - 1])) end--
  return bytes.toString('latin1', begin, end)
}

const isBlank = (octet: number | undefined): boolean => octet === SPACE || octet === TAB

/** Whether CRLF stands at `at`; false where it has not all come yet. Throws `MalformedAnswer` where something else does. */
export const isLineBreak = (bytes: Uint8Array, at: number): boolean => {
  if (at < bytes.length && bytes[at] !== CR) throw new MalformedAnswer('A chunk of the answer is longer than it says')
  if (at + 1 < bytes.length && bytes[at + 1] !== LF)
    throw new MalformedAnswer('A chunk of the answer does not end in CRLF')
  return at + 1 < bytes.length
}
