import type { CatalogueEntry } from '../entry.ts'

/** What is wrong with the operation: its syntax, its meaning or its size. */
export const OPERATION_CODES = {
  GRAPHQL_PARSE_FAILED: {
    message: 'The document is not valid GraphQL.',
    retryable: false,
    httpStatus: 400,
    specific: true,
    when: 'The `query` text cannot be parsed.',
    remedy: 'Correct the syntax where the message points.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    message: 'The document does not fit the schema.',
    retryable: false,
    httpStatus: 400,
    specific: true,
    when: 'The document asks for fields, arguments or types that the schema does not have, or uses them wrongly.',
    remedy: 'Check the document against the schema; the message names what does not fit.',
  },
  OPERATION_NOT_FOUND: {
    message: 'The document has no operation of that name.',
    retryable: false,
    httpStatus: 400,
    when: '`operationName` names no operation of the document, or the document has several operations and no name was sent.',
    remedy: 'Send the name of one of the operations in the document.',
  },
  INTROSPECTION_DISABLED: {
    message: 'Introspection is disabled.',
    retryable: false,
    httpStatus: 400,
    when: 'The document asks for `__schema` or `__type` on a server in production mode.',
    remedy: 'Use the published schema.',
  },
  TOKEN_LIMIT: {
    message: 'The document has too many tokens.',
    retryable: false,
    httpStatus: 400,
    when: 'The document has more tokens than `MAX_TOKENS`; it was not parsed further.',
    remedy: 'Ask for less in one operation.',
  },
  OPERATION_TOO_LARGE: {
    message: 'The operation asks for too much at once.',
    retryable: false,
    httpStatus: 400,
    when: 'The operation has more root fields than `MAX_ROOT_FIELDS`, or more than ten thousand fields, fragments expanded.',
    remedy: 'Split the operation.',
  },
  OPERATION_UNANSWERABLE: {
    message: 'No part of the graph can answer this operation.',
    retryable: false,
    when: 'The supergraph has the fields, and no way that leads to them: its keys cannot be resolved there.',
    remedy: 'Ask whoever runs the graph; composing it anew shows what cannot be reached.',
  },
  OPERATION_TOO_DEEP: {
    message: 'The operation is nested too deeply.',
    retryable: false,
    httpStatus: 400,
    when: 'The selections, fragments included, are nested deeper than `MAX_DEPTH`.',
    remedy: 'Ask for the deeper parts in an operation of their own.',
  },
  OPERATION_TOO_MANY_ALIASES: {
    message: 'The operation has too many aliases.',
    retryable: false,
    httpStatus: 400,
    when: 'The operation, fragments included, has more aliases than `MAX_ALIASES`.',
    remedy: 'Split the operation, or use fields that take lists.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    message: 'PersistedQueryNotFound',
    retryable: true,
    httpStatus: 200,
    when: 'The hash of an automatic persisted query is not known here yet. Client libraries handle this by themselves.',
    remedy: 'Send the hash again together with the document.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    message: 'PersistedQueryNotSupported',
    retryable: false,
    httpStatus: 200,
    when: 'Automatic persisted queries are switched off.',
    remedy: 'Send the document.',
  },
  MUTATION_REFUSED: {
    message: 'Nothing of this mutation ran, because another part of it is denied.',
    retryable: false,
    when: 'You may use this field, but another field of the same operation, or one selected of a result, is denied. A mutation runs as a whole or not at all; the other errors of the answer say what is denied.',
    remedy: 'Leave out what is denied, or send this field in an operation of its own.',
  },
} as const satisfies Record<string, CatalogueEntry>
