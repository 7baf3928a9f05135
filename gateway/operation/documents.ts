import { createHash } from 'node:crypto'
import {
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { BoundedCache } from '../execution/bounded-cache.ts'
import { weightOfDocument } from '../execution/operation-weight.ts'

/** A document that was parsed and fits the schema. */
export interface ValidDocument {
  readonly document: DocumentNode
  readonly documentKey: string
}

/** The documents that clients sent, by whatever way: each parsed and validated once for each schema. */
export interface Documents {
  readonly read: (query: string, schema: GraphQLSchema) => ValidDocument | readonly GraphQLError[]
  /** What was read or remembered before; nothing is parsed. */
  readonly known: (query: string, schema: GraphQLSchema) => ValidDocument | undefined
  /** Keeps what somebody else parsed and validated by the same rules. */
  readonly remember: (query: string, schema: GraphQLSchema, document: ValidDocument) => void
}

/** What the documents that are kept may take together: a thousand of the usual ones. */
export const DOCUMENTS_BYTES = 33_554_432

const weigh = ({ document }: ValidDocument): number => weightOfDocument(document)

export const createDocuments = (rules: readonly ValidationRule[], maxTokens: number): Documents => {
  const bySchema = new WeakMap<GraphQLSchema, BoundedCache<ValidDocument>>()
  const allRules = [...specifiedRules, ...rules]
  const cacheOf = (schema: GraphQLSchema): BoundedCache<ValidDocument> => {
    let known = bySchema.get(schema)
    if (!known) bySchema.set(schema, (known = new BoundedCache(DOCUMENTS_BYTES, weigh)))
    return known
  }
  return {
    known: (query, schema) => cacheOf(schema).get(query),
    remember: (query, schema, document) => cacheOf(schema).set(query, document),
    read: (query, schema) => {
      const known = cacheOf(schema)
      const present = known.get(query)
      if (present) return present
      try {
        const document = parse(query, { maxTokens })
        const errors = validate(schema, document, allRules)
        if (errors.length > 0) return errors.map(notValid)
        const valid = { document, documentKey: createHash('sha256').update(query).digest('hex') }
        known.set(query, valid)
        return valid
      } catch (error) {
        if (error instanceof GraphQLError) return [error]
        throw error
      }
    },
  }
}

/** What validation found is the document's fault; limits bring their own code. */
const notValid = (error: GraphQLError): GraphQLError =>
  error.originalError
    ? error
    : new GraphQLError(error.message, {
        originalError: catalogued(
          'GRAPHQL_VALIDATION_FAILED',
          {},
          { message: error.message.replaceAll(/ Did you mean [^?]*\?/g, '') },
        ),
      })
