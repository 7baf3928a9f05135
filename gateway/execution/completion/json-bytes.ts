import type { Pieces } from './pieces.ts'

/** What is written before it is copied to a piece of its own. */
const SIZE = 32_768
/** From this length on a text is encoded natively and looked over afterwards; below, that call costs more than it spares. */
const LONG = 40
/** Up to this length the same holds of constants: names of fields are about as long. */
const SHORT = 24

/** Of one character: three as UTF-8, two with a backslash before it. */
const MOST_BYTES = 3

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const ZERO = 0x30

/** A tenth in whole numbers, exact for those below: a quotient of two would be a number of its own on the heap. */
const TENTH = 3277
const TENTH_BITS = 15
const EXACT = 16_384

/** Writing ends before anything else begins, so that one space serves all of it: it is lent to one writer at a time. */
let free: Buffer | undefined

/** The bytes of a constant part of an answer: punctuation and GraphQL names, which are ASCII. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * JSON being written, as UTF-8. What has been written since a mark can be taken back. Of values the whole cost is the
 * copying of their bytes: no string is made of parts that a copy would have to be gathered from.
 */
export class JsonBytes {
  readonly #bytes: Buffer
  #at = 0
  readonly #full: Buffer[] = []
  #fullLength = 0
  #isAscii = true

  constructor() {
    this.#bytes = free ?? Buffer.allocUnsafeSlow(SIZE)
    free = undefined
  }

  /** How much is written: a mark to return to. */
  get length(): number {
    return this.#fullLength + this.#at
  }

  /** Takes back what was written since `length` was this. */
  restore(length: number): void {
    while (this.#fullLength > length) {
      const last = this.#full.pop()
      if (!last) break
      this.#at = 0
      this.#fullLength -= last.length
      if (this.#fullLength < length) this.#push(last.subarray(0, length - this.#fullLength))
    }
    this.#at = length - this.#fullLength
  }

  /** Adds what `bytesOf` gave. */
  add(constant: Uint8Array): void {
    const { length } = constant
    if (!this.#makeRoom(length)) return this.#push(Buffer.from(constant))
    const bytes = this.#bytes
    let at = this.#at
    if (length > SHORT) bytes.set(constant, at)
    else for (let index = 0; index < length; index++) bytes[at++] = constant[index] ?? 0
    this.#at += length
  }

  /** Adds one character of ASCII. */
  addByte(code: number): void {
    this.#makeRoom(1)
    this.#bytes[this.#at++] = code
  }

  /** Adds what is JSON already. */
  addJson(json: string): void {
    if (!this.#makeRoom(json.length * 3)) return this.#push(Buffer.from(json))
    const written = this.#bytes.write(json, this.#at)
    if (written !== json.length) this.#isAscii = false
    this.#at += written
  }

  addInteger(value: number): void {
    if (value < 0 || value > 999_999_999) return this.addJson(String(value))
    this.#makeRoom(9)
    let left = value
    let end = this.#at + 1
    for (let limit = 10; limit <= value; limit *= 10) end++
    this.#at = end
    do {
      const rest = left < EXACT ? (left * TENTH) >> TENTH_BITS : (left / 10) | 0
      this.#bytes[--end] = ZERO + left - rest * 10
      left = rest
    } while (left > 0)
  }

  /** Adds the JSON of a string: the same as `JSON.stringify` gives. */
  addString(value: string): void {
    const { length } = value
    if (!this.#makeRoom(length * MOST_BYTES + 2)) return this.#push(Buffer.from(JSON.stringify(value)))
    const begin = this.#at
    this.#bytes[begin] = QUOTE
    const end = length < LONG ? this.#encode(value, begin + 1) : this.#encodeLong(value, begin + 1)
    if (end < 0) return this.addJson(JSON.stringify(value))
    this.#bytes[end] = QUOTE
    this.#at = end + 1
  }

  /** Adds the characters. Where they end; -1 where they are not all pairs and whole characters. */
  #encode(value: string, begin: number): number {
    const bytes = this.#bytes
    let at = begin
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index)
      if (code < 0x80) {
        if (code < SPACE) return -1
        if (code === QUOTE || code === BACKSLASH) bytes[at++] = BACKSLASH
        bytes[at++] = code
        continue
      }
      this.#isAscii = false
      if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6)
      else {
        if (code >= 0xd800 && code < 0xe000) return -1
        bytes[at++] = 0xe0 | (code >> 12)
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f)
      }
      bytes[at++] = 0x80 | (code & 0x3f)
    }
    return at
  }

  /** The same natively, from the first one on: room for what has to be escaped is made afterwards. */
  #encodeLong(value: string, begin: number): number {
    const bytes = this.#bytes
    const length = bytes.write(value, begin)
    if (length !== value.length) {
      this.#isAscii = false
      if (!value.isWellFormed()) return -1
    }
    const end = begin + length
    let escapes = 0
    for (let at = begin; at < end; at++) {
      const code = bytes[at] ?? 0
      if (code < SPACE) return -1
      if (code === QUOTE || code === BACKSLASH) escapes++
    }
    let from = end
    let to = end + escapes
    while (from < to) {
      const code = bytes[--from] ?? 0
      bytes[--to] = code
      if (code === QUOTE || code === BACKSLASH) bytes[--to] = BACKSLASH
    }
    return end + escapes
  }

  /** All that was written, small answers as one text. Nothing may be written any more. */
  finish(): Pieces {
    const isWhole = this.#full.length === 0
    const text = isWhole ? this.#bytes.toString(this.#isAscii ? 'latin1' : 'utf8', 0, this.#at) : ''
    if (!isWhole) this.#flush()
    free = this.#bytes
    return isWhole ? [text] : this.#full
  }

  /** Makes room for so many bytes; false where there can be none: what is so long is a piece of its own. */
  #makeRoom(length: number): boolean {
    if (this.#at + length <= SIZE) return true
    this.#flush()
    return length <= SIZE
  }

  #flush(): void {
    if (this.#at === 0) return
    this.#push(Buffer.from(this.#bytes.subarray(0, this.#at)))
    this.#at = 0
  }

  #push(piece: Buffer): void {
    this.#full.push(piece)
    this.#fullLength += piece.length
  }
}
