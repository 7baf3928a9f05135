import { HeaderMap, type ApolloServer, type BaseContext } from '@apollo/server'
import type { FastifyRequest } from 'fastify'
import { isDataObject } from '../execution/data.ts'
import type { HttpAnswer } from './answer.ts'

/** One request through Apollo Server: its own reading of requests, its plugins, its errors. */
export const apolloExchange = async <Context extends BaseContext>(
  apollo: ApolloServer<Context>,
  request: FastifyRequest,
  context: () => Promise<Context>,
): Promise<HttpAnswer> => {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  const start = request.url.indexOf('?')
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method.toUpperCase(),
      headers,
      search: start < 0 ? '' : withoutEmpty(request.url.slice(start)),
      body: Array.isArray(request.body) ? request.body.map(withoutEmptyName) : withoutEmptyName(request.body),
    },
    context,
  })
  return {
    status: answer.status ?? 200,
    headers: Object.fromEntries(answer.headers),
    body: answer.body.kind === 'complete' ? [answer.body.string] : answer.body.asyncIterator,
  }
}

const OPTIONAL = ['operationName', 'variables', 'extensions']

/** An optional parameter that is the empty string was not given (GraphQL over HTTP, section 5.3). */
const withoutEmpty = (search: string): string => {
  const parameters = new URLSearchParams(search)
  const empty = OPTIONAL.filter((name) => parameters.has(name, ''))
  for (const name of empty) parameters.delete(name, '')
  return empty.length === 0 ? search : `?${parameters.toString()}`
}

/** As the other ways of a request read it (`operationNameOf`). */
const withoutEmptyName = (body: unknown): unknown =>
  isDataObject(body) && body['operationName'] === '' ? { ...body, operationName: null } : body
