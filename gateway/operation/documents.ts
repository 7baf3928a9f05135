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

/** A document that was parsed and fits the schema. */
export interface ValidDocument {
  readonly document: DocumentNode
  readonly documentKey: string
}

/** The documents of WebSocket operations; HTTP has Apollo Server's store. Parsed and validated once for each schema. */
export interface Documents {
  readonly read: (query: string, schema: GraphQLSchema) => ValidDocument | readonly GraphQLError[]
}

const MAX_DOCUMENTS = 1000

export const createDocuments = (rules: readonly ValidationRule[], maxTokens: number): Documents => {
  const bySchema = new WeakMap<GraphQLSchema, BoundedCache<ValidDocument>>()
  const allRules = [...specifiedRules, ...rules]
  return {
    read: (query, schema) => {
      let known = bySchema.get(schema)
      if (!known) bySchema.set(schema, (known = new BoundedCache(MAX_DOCUMENTS)))
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
