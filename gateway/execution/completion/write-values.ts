import { catalogued } from '../../../platform/errors/catalogue.ts'
import { isDataObject, type DataObject, type Read } from '../data.ts'
import { misfit } from './leaf.ts'
import { isPlain } from './quote.ts'
import { BUBBLE, NULL, prependPath, WRITTEN, type Outcome, type Write, type Writing } from './writing.ts'

/** One field of an answer's object. */
export interface WrittenField {
  readonly key: string
  /** What stands before its value: the brace or comma, its name, a colon. */
  readonly prefix: string
  /** The same with the quote of a text, where any text may stand and nothing is denied; undefined elsewhere. */
  readonly textPrefix: string | undefined
  readonly read: Read
  readonly write: Write
  /** What an object has in place of the field where it is denied for that object alone. */
  readonly denies: ((object: DataObject, writing: Writing) => Outcome | undefined) | undefined
}

/** Writes an object that is known to be one. */
export type WriteObject = (object: DataObject, writing: Writing) => Outcome

export const writeFields = (fields: readonly WrittenField[]): WriteObject => {
  if (fields.length === 0) {
    return (_, writing) => {
      writing.text += '{}'
      return WRITTEN
    }
  }
  return (object, writing) => {
    const { text, full, findings } = writing
    for (const field of fields) {
      const { denies, textPrefix } = field
      const value = field.read(object)
      if (textPrefix !== undefined && typeof value === 'string' && isPlain(value)) {
        writing.text = writing.text + textPrefix + value + '"'
        continue
      }
      const mark = findings.length
      writing.text += field.prefix
      const denied = denies === undefined ? undefined : denies(object, writing)
      const outcome = denied ?? field.write(value, writing)
      if (findings.length > mark) prependPath(findings, mark, field.key)
      if (outcome === WRITTEN) continue
      if (outcome === BUBBLE) {
        writing.restore(text, full)
        return NULL
      }
      writing.text += 'null'
    }
    writing.text += '}'
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
    const { text, full, findings } = writing
    writing.text += '['
    for (let index = 0; index < value.length; index++) {
      const mark = findings.length
      if (index > 0) writing.text += ','
      const outcome = item(value[index], writing)
      if (findings.length > mark) prependPath(findings, mark, index)
      if (outcome === BUBBLE) {
        writing.restore(text, full)
        return NULL
      }
      if (outcome === NULL) writing.text += 'null'
      writing.settle()
    }
    writing.text += ']'
    return WRITTEN
  }

export const writeNonNull =
  (inner: Write): Write =>
  (value, writing) => {
    const mark = writing.findings.length
    const outcome = inner(value, writing)
    if (outcome === WRITTEN) return WRITTEN
    if (writing.findings.length === mark) {
      writing.findings.push({ path: [], error: catalogued('SUBGRAPH_INVALID_RESPONSE'), isConsequence: true })
    }
    return BUBBLE
  }

/** The same text whatever was fetched. */
export const writeConstant =
  (json: string): Write =>
  (_, writing) => {
    writing.text += json
    return WRITTEN
  }
