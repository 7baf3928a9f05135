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
  // In process the thrown error itself arrives: it was made by the catalogue.
  if (error instanceof GraphQLError && error.originalError instanceof CataloguedError) return error.originalError
  const code = error.extensions?.['code']
  return isErrorCode(code)
    ? catalogued(code, detailsOf(error.extensions))
    : catalogued('INTERNAL', {}, { cause: error })
}

/** What a fetch failed with, when its transport threw. */
export const faultOf = (error: unknown): CataloguedError =>
  error instanceof CataloguedError ? error : catalogued('SUBGRAPH_UNAVAILABLE', {}, { cause: error })

/** Why a request was given up: the catalogued reason of its abort signal, or that the client left. */
export const abortReason = (signal: AbortSignal): CataloguedError =>
  signal.reason instanceof CataloguedError ? signal.reason : catalogued('REQUEST_CANCELLED')

const detailsOf = (extensions: SubgraphError['extensions']): ErrorDetails => {
  const details: Record<string, unknown> = {}
  for (const name of DETAIL_NAMES) {
    const value = extensions?.[name]
    if (typeof value === (NUMERIC.has(name) ? 'number' : 'string')) details[name] = value
  }
  return details // only its names, each with its type
}

const NUMERIC = new Set(['limit', 'requested', 'retryAfterSeconds', 'maxAgeSeconds'])
