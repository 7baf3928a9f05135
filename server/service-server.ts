import Fastify, { type FastifyInstance } from 'fastify'
import { listening } from './listening.ts'
import { serviceRoutes, type Ready } from '../gateway/http/service-routes.ts'
import type { Config } from '../platform/config/config.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import { WITHOUT_SCHEMAS } from '../platform/http/without-schemas.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'

export interface ServiceServerParts {
  readonly config: Pick<Config, 'host' | 'port'>
  readonly metrics: Metrics
  readonly ready: Ready
  /** Further routes of the same server. */
  readonly mount?: (app: FastifyInstance) => Promise<void> | void
}

export interface ServiceServer {
  /** `http://127.0.0.1:4000`. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** How operators look into a process that serves no graph: health and metrics. */
export const startServiceServer = async ({
  config,
  metrics,
  ready,
  mount,
}: ServiceServerParts): Promise<ServiceServer> => {
  const app = Fastify({ ...WITHOUT_SCHEMAS, logger: false, forceCloseConnections: true })
  serviceRoutes(app, { ready, metrics, jwks: undefined })
  app.setNotFoundHandler((_, reply) => {
    const { code, message } = catalogued('ROUTE_NOT_FOUND')
    return reply.code(404).send({ code, message })
  })
  await mount?.(app)
  const url = await listening(config.port, () => app.listen({ port: config.port, host: config.host }))
  return { url, close: () => app.close() }
}
