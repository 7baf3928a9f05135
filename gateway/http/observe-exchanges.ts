import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'

export type ExchangeMetrics = Pick<EdgeMetrics, 'httpExchange'>

/** Tells of every request that was answered, whoever refused it: to be called before any hook that answers, and any route. */
export const observeExchanges = (fastify: FastifyInstance, { httpExchange }: ExchangeMetrics): void => {
  const routeOf = routeFinder(fastify)
  fastify.addHook('onRequest', (request, { raw: response }, done) => {
    const begun = performance.now()
    response.on('finish', () => {
      const seconds = (performance.now() - begun) / 1000
      httpExchange({ method: request.method, route: routeOf(request), status: response.statusCode, seconds })
    })
    done()
  })
}

/** The pattern of the route of a request. Fastify makes an object to tell it; an address that is a pattern says it itself. */
const routeFinder = (fastify: FastifyInstance): ((request: FastifyRequest) => string | undefined) => {
  const plain = new Set<string>()
  fastify.addHook('onRoute', ({ url }) => {
    if (!/[:*]/.test(url)) plain.add(url)
  })
  return (request) => (!request.is404 && plain.has(request.url) ? request.url : request.routeOptions.url)
}
