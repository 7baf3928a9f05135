import { catalogued } from '../../platform/errors/catalogue.ts'
import { isDataObject } from '../execution/data.ts'
import type { SubgraphError, SubgraphResult } from './transport.ts'

/**
 * Reads what a subgraph answered. A GraphQL answer counts whatever its status; without one a 5xx says that the subgraph
 * is not available, a redirect is not followed, and anything else is no answer. Throws the catalogued error of each.
 */
export const readResult = (
  status: number,
  contentType: string | string[] | undefined,
  body: string,
): SubgraphResult => {
  const parsed = isJson(contentType) ? parse(body) : undefined
  if (isResult(parsed)) return parsed
  const cause = new Error(`The subgraph answered ${status} with ${String(contentType)} of ${body.length} characters`)
  throw catalogued(status >= 500 ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_INVALID_RESPONSE', {}, { cause })
}

const isJson = (contentType: string | string[] | undefined): boolean =>
  typeof contentType === 'string' && /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType)

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** An object with data, errors or both, each of the shape that GraphQL gives it. */
export const isResult = (value: unknown): value is SubgraphResult => {
  if (!isDataObject(value)) return false
  const { data, errors } = value
  if (data !== undefined && data !== null && !isDataObject(data)) return false
  if (errors === undefined) return data !== undefined
  return Array.isArray(errors) && errors.length > 0 && errors.every(isError)
}

const isError = (value: unknown): value is SubgraphError => {
  if (!isDataObject(value) || typeof value['message'] !== 'string') return false
  const { path, extensions } = value
  const hasPath =
    path === undefined ||
    (Array.isArray(path) && path.every((part) => typeof part === 'string' || Number.isInteger(part)))
  return hasPath && (extensions === undefined || isDataObject(extensions))
}
