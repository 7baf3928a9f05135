import { MalformedAnswer } from './answer-fault.ts'

const VERSION = Buffer.from('HTTP/1.')
const [ZERO, SPACE] = [0x30, 0x20]
/** `HTTP/1.1 200`; a reason phrase and the space before it may follow, and many leave out the space with the phrase. */
const LENGTH = 12

/**
 * The minor version, 0 or 1, and the status in the line `[from, to)` (RFC 9112 section 4), read octet by octet: it is the
 * first line of every answer. Throws `MalformedAnswer` where it is none.
 */
export const readStatusLine = (
  bytes: Uint8Array,
  from: number,
  to: number,
): { readonly minor: number; readonly status: number } => {
  const minor = digit(bytes[from + 7])
  const status = digit(bytes[from + 9]) * 100 + digit(bytes[from + 10]) * 10 + digit(bytes[from + 11])
  const isWhole =
    to - from >= LENGTH &&
    isVersion(bytes, from) &&
    bytes[from + 8] === SPACE &&
    (to - from === LENGTH || bytes[from + LENGTH] === SPACE)
  // What is no digit is no number, and so compares with nothing.
  if (isWhole && minor <= 1 && status >= 100) return { minor, status }
  throw new MalformedAnswer('The answer begins with no status line of HTTP/1.1')
}

const isVersion = (bytes: Uint8Array, from: number): boolean => {
  for (let at = 0; at < VERSION.length; at++) if (bytes[from + at] !== VERSION[at]) return false
  return true
}

const digit = (octet = 0): number => (octet >= ZERO && octet <= ZERO + 9 ? octet - ZERO : Number.NaN)
