import { isDataObject, type DataObject, type Read } from '../data.ts'
import { misfit } from './leaf.ts'
import { bytesOf } from './json-bytes.ts'
import { BUBBLE, NULL, prependPath, WRITTEN, type Outcome, type Write, type Writing } from './writing.ts'

const NO_VALUE = bytesOf('null')
const CLOSING_BRACE = 0x7d
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const COMMA = 0x2c

/** One field of an answer's object. */
export interface WrittenField {
  readonly key: string
  /** What stands before its value: the brace or comma, its name, a colon. */
  readonly prefix: Uint8Array
  /** Which values stand in the answer as they are; undefined where it takes more to know. */
  readonly open: Open | undefined
  readonly read: Read
  readonly write: Write
  /** What an object has in place of the field where it is denied for that object alone. */
  readonly denies: ((object: DataObject, writing: Writing) => Outcome | undefined) | undefined
}

/** Any text, or any whole number of 32 bits, where nothing is denied. */
export type Open = 'texts' | 'integers'

/** Writes an object that is known to be one. */
export type WriteObject = (object: DataObject, writing: Writing) => Outcome

export const writeFields = (fields: readonly WrittenField[]): WriteObject => {
  if (fields.length === 0) return writeConstant('{}')
  const { length } = fields
  return (object, writing) => {
    const { json, findings } = writing
    const begin = json.length
    // By index: V8 makes the steps of an iterator anew for every field that is written here.
    for (let index = 0; index < length; index++) {
      const field = fields[index]
      if (field === undefined) break
      const { open, denies } = field
      const value = field.read(object)
      json.add(field.prefix)
      if (open === 'texts') {
        if (typeof value === 'string') {
          json.addString(value)
          continue
        }
      } else if (open === 'integers' && typeof value === 'number' && (value | 0) === value) {
        json.addInteger(value)
        continue
      }
      const mark = findings.length
      const denied = denies === undefined ? undefined : denies(object, writing)
      const outcome = denied ?? field.write(value, writing)
      if (findings.length > mark) prependPath(findings, mark, field.key)
      if (outcome === WRITTEN) continue
      if (outcome === BUBBLE) {
        json.restore(begin)
        return NULL
      }
      json.add(NO_VALUE)
    }
    json.addByte(CLOSING_BRACE)
    return WRITTEN
  }
}

export const writeObject =
  (fields: WriteObject): Write =>
  (value, writing) => {
    if (value === null || value === undefined) return NULL
    return isDataObject(value) ? fields(value, writing) : misfit(writing)
  }

export const writeList =
  (item: Write): Write =>
  (value, writing) => {
    if (value === null || value === undefined) return NULL
    if (!Array.isArray(value)) return misfit(writing)
    const { json, findings } = writing
    const begin = json.length
    json.addByte(OPENING_BRACKET)
    for (let index = 0; index < value.length; index++) {
      const mark = findings.length
      if (index > 0) json.addByte(COMMA)
      const outcome = item(value[index], writing)
      if (findings.length > mark) prependPath(findings, mark, index)
      if (outcome === BUBBLE) {
        json.restore(begin)
        return NULL
      }
      if (outcome === NULL) json.add(NO_VALUE)
    }
    json.addByte(CLOSING_BRACKET)
    return WRITTEN
  }

export const writeNonNull =
  (inner: Write): Write =>
  (value, writing) => {
    const mark = writing.findings.length
    const outcome = inner(value, writing)
    if (outcome === WRITTEN) return WRITTEN
    if (writing.findings.length === mark) {
      writing.find({ path: [], error: writing.invalid, isConsequence: true })
    }
    return BUBBLE
  }

/** The same text whatever was fetched. */
export const writeConstant = (text: string): Write => {
  const constant = bytesOf(text)
  return (_, { json }) => {
    json.add(constant)
    return WRITTEN
  }
}
