import type { FastifyInstance } from 'fastify'
import type { JSONWebKeySet } from 'jose'
import type { Metrics } from '../../platform/metrics/metrics.ts'

/** True when a query would be answered now. */
export type Ready = () => Promise<boolean>

export interface ServiceRoutesOptions {
  readonly ready: Ready
  readonly metrics: Metrics | undefined
  /** The public keys that subgraphs verify internal tokens with. */
  readonly jwks: (() => JSONWebKeySet) | undefined
}

const JWKS_SECONDS = 60

/** What operators and subgraphs ask a gateway, beside the graph. */
export const serviceRoutes = (fastify: FastifyInstance, { ready, metrics, jwks }: ServiceRoutesOptions): void => {
  fastify.get('/health/live', (_, reply) => reply.header('cache-control', 'no-store').send({ status: 'live' }))
  fastify.get('/health/ready', async (_, reply) => {
    const isReady = await ready().catch(() => false)
    return reply
      .header('cache-control', 'no-store')
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'unavailable' })
  })
  if (metrics) {
    fastify.get('/metrics', async (_, reply) => {
      const { contentType, text } = await metrics.exposition()
      return reply.type(contentType).send(text)
    })
  }
  if (jwks) {
    fastify.get('/.well-known/jwks.json', (_, reply) =>
      reply.header('cache-control', `public, max-age=${JWKS_SECONDS}`).send(jwks()),
    )
  }
}
