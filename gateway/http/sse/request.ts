import type { FastifyRequest } from 'fastify'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { isDataObject } from '../../execution/data.ts'
import { forKnownHeaders } from '../known-headers.ts'
import { operationNameOf } from '../../operation/operation-name.ts'

/** The operation of a request that asks for an event stream. */
export interface StreamRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

/**
 * Whether the client wants its answers as an event stream: it names the type, and before any JSON. `otherwise`: it takes
 * one, but JSON rather; then only what JSON cannot carry is streamed.
 */
export const wantsEventStream = (accept: string | undefined): 'always' | 'otherwise' | 'never' =>
  accept === undefined ? 'never' : wishOf(accept)

const wishOf = forKnownHeaders((accept): 'always' | 'otherwise' | 'never' => {
  const types = accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';', 1)[0]?.trim())
  const stream = types.indexOf('text/event-stream')
  if (stream < 0) return 'never'
  const json = types.findIndex((type) => type === 'application/json' || type === 'application/graphql-response+json')
  return json >= 0 && json < stream ? 'otherwise' : 'always'
})

/** Throws `BAD_REQUEST` for what is no GraphQL request. */
export const streamRequest = ({ method, body, query: search }: FastifyRequest): StreamRequest => {
  const given = method === 'GET' ? search : body
  if (!isDataObject(given)) throw catalogued('BAD_REQUEST')
  const { query, operationName } = given
  const variables = method === 'GET' ? parsed(given['variables']) : given['variables']
  if (typeof query !== 'string' || query === '') throw catalogued('BAD_REQUEST')
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw catalogued('BAD_REQUEST')
  if (variables !== undefined && variables !== null && !isDataObject(variables)) throw catalogued('BAD_REQUEST')
  return { query, operationName: operationNameOf(operationName), variables: variables ?? {} }
}

const parsed = (text: unknown): unknown => {
  if (typeof text !== 'string' || text === '') return text === '' ? undefined : text
  try {
    return JSON.parse(text)
  } catch {
    throw catalogued('BAD_REQUEST')
  }
}
