import { GraphQLError } from 'graphql'
import type { ErrorCode } from './catalogue.ts'

/** What Apollo Server calls the failures that it finds itself. */
const APOLLO_CODES: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  ['BAD_USER_INPUT', 'INVALID_INPUT'],
  ['OPERATION_RESOLUTION_FAILURE', 'OPERATION_NOT_FOUND'],
])

/**
 * The catalogue's code of an error that a library made. graphql-js gives its own errors no code; they are told by
 * what they carry: a position in the text alone (syntax), or nodes of the document without a path (the request is
 * wrong). What was located at a path came from a resolver, and says nothing about the request.
 */
export const codeOfForeign = (error: object, apolloCode: unknown): ErrorCode | undefined => {
  const known = APOLLO_CODES.get(apolloCode)
  if (known !== undefined) return known
  if (!(error instanceof GraphQLError) || apolloCode !== undefined || error.path !== undefined) return undefined
  if (error.nodes !== undefined) return 'INVALID_INPUT'
  return error.source !== undefined && error.message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : undefined
}
