import { HeaderMap, type ApolloServer, type BaseContext } from '@apollo/server'
import type { FastifyRequest } from 'fastify'
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
      search: start < 0 ? '' : request.url.slice(start),
      body: request.body,
    },
    context,
  })
  return {
    status: answer.status ?? 200,
    headers: Object.fromEntries(answer.headers),
    body: answer.body.kind === 'complete' ? [answer.body.string] : answer.body.asyncIterator,
  }
}
