import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { err, ok, type Result } from '../../platform/result/result.ts'

export interface DocumentCacheOptions {
  /** Longest document that is parsed. */
  readonly maxTokens: number
  /** Characters of all documents held. */
  readonly maxCharacters: number
}

/** A document that may be executed, or what is wrong with it. */
export type CheckedDocument = Result<DocumentNode, readonly Error[]>

const DEFAULTS: DocumentCacheOptions = { maxTokens: 20_000, maxCharacters: 8_000_000 }

const check = (schema: GraphQLSchema, text: string, maxTokens: number): CheckedDocument => {
  try {
    const document = parse(text, { maxTokens, noLocation: true })
    const faults = validate(schema, document, undefined, { maxErrors: 10 })
    if (faults.length === 0) return ok(document)
    return err(faults.map(({ message }) => catalogued('GRAPHQL_VALIDATION_FAILED', {}, { message })))
  } catch (fault) {
    if (!(fault instanceof GraphQLError)) throw fault
    return err([catalogued('GRAPHQL_PARSE_FAILED', {}, { message: fault.message })])
  }
}

/** Parses and validates each document once: a gateway sends few different ones. Bounded by memory, oldest out first. */
export const documentCache = (schema: GraphQLSchema, options: Partial<DocumentCacheOptions> = {}) => {
  const { maxTokens, maxCharacters } = { ...DEFAULTS, ...options }
  const documents = new Map<string, CheckedDocument>()
  let characters = 0
  return (text: string): CheckedDocument => {
    const held = documents.get(text)
    if (held !== undefined) return held
    const checked = check(schema, text, maxTokens)
    if (!checked.ok) return checked
    documents.set(text, checked)
    characters += text.length
    for (const [oldest] of documents) {
      if (characters <= maxCharacters) break
      documents.delete(oldest)
      characters -= oldest.length
    }
    return checked
  }
}
