import { GraphQLError } from 'graphql'
import {
  catalogued,
  CataloguedError,
  DETAIL_NAMES,
  isErrorCode,
  type ErrorDetails,
} from '../../platform/errors/catalogue.ts'
import type { SubgraphError } from '../transport/transport.ts'

/**
 * What callers may learn of a subgraph's error: its code when the catalogue has it, the catalogue's own message, and
 * the detail fields that the catalogue knows. Anything else is `INTERNAL`.
 */
export const toCatalogued = (error: SubgraphError): CataloguedError => {
  // In process the thrown error itself arrives: it was made by the catalogue, or by graphql-js of what the caller sent.
  const cause = causeOf(error)
  if (cause instanceof CataloguedError) return cause
  if (isOfRequest(cause)) return catalogued('INVALID_INPUT', {}, { message: withoutSuggestions(cause.message) })
  const code = error.extensions?.['code']
  return isErrorCode(code)
    ? catalogued(code, detailsOf(error.extensions))
    : catalogued('INTERNAL', {}, { cause: error })
}

/** What graphql-js wrapped, once for each of a variable's value, the variable, and the place in the answer. */
const causeOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError !== undefined ? causeOf(error.originalError) : error

/** An argument that cannot be read has nodes of the document; whatever a resolver threw has a path besides, or no nodes. */
const isOfRequest = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError &&
  error.path === undefined &&
  error.nodes !== undefined &&
  error.extensions['code'] === undefined

const withoutSuggestions = (message: string): string => message.replaceAll(/ Did you mean [^?]*\?/g, '')

/** What a fetch failed with, when its transport threw. */
export const faultOf = (error: unknown): CataloguedError =>
  error instanceof CataloguedError ? error : catalogued('SUBGRAPH_UNAVAILABLE', {}, { cause: error })

/** Why a request was given up: the reason where it is catalogued, or that the client left. */
export const reasonOfLeaving = (reason: Error): CataloguedError =>
  reason instanceof CataloguedError ? reason : catalogued('REQUEST_CANCELLED')

const detailsOf = (extensions: SubgraphError['extensions']): ErrorDetails => {
  const details: Record<string, unknown> = {}
  for (const name of DETAIL_NAMES) {
    const value = extensions?.[name]
    if (typeof value === (NUMERIC.has(name) ? 'number' : 'string')) details[name] = value
  }
  return details // only its names, each with its type
}

const NUMERIC = new Set(['limit', 'requested', 'retryAfterSeconds', 'maxAgeSeconds'])
