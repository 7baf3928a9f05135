import type { FastifyInstance } from 'fastify'
import type { AccessDirectory } from './access.ts'
import { listening } from './listening.ts'
import { createSubgraphServer, type SubgraphServer } from './subgraph/http.ts'
import type { RunningSubgraph } from './subgraphs.ts'
import { createInternalTokenVerifier } from '../platform/access/internal-token.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { remoteKeySet } from '../platform/crypto/remote-key-set.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { SubgraphName } from '../platform/subgraph/module.ts'

export interface SubgraphHostParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  /** Those that are served; at least one. */
  readonly names: readonly SubgraphName[]
  readonly subgraphs: readonly RunningSubgraph[]
  readonly access: AccessDirectory
  readonly metrics: Metrics
  /** Rejects while a query would not be answered. */
  readonly ready: () => Promise<void>
  /** Further routes of the same server. */
  readonly mount: (app: FastifyInstance) => void
  readonly announce: (text: string) => void
}

/** Subgraphs in a process without a gateway, each at a path of its own: callers are who the gateway's signed tokens say, or nobody at all (R88). */
export const createSubgraphHost = async (parts: SubgraphHostParts): Promise<SubgraphServer> => {
  const { config, clock, log, names, subgraphs, access, metrics, ready, mount, announce } = parts
  const jwksUrl = config.gatewayJwksUrl
  if (jwksUrl === undefined) {
    throw catalogued('CONFIG_INVALID', {}, { message: 'A subgraph without its gateway needs GATEWAY_JWKS_URL.' })
  }
  // A key that was retired is distrusted within a minute: as long as a token lives anyway.
  const keys = remoteKeySet({
    location: () => Promise.resolve(new URL(jwksUrl)),
    freshMilliseconds: 60_000,
    clock,
    log,
  })
  const issuer = config.internalTokenIssuer
  const server = createSubgraphServer({
    subgraphs: subgraphs
      .filter(({ name }) => names.includes(name))
      .map(({ name, hosted }) => ({
        subgraph: hosted(),
        verifier: createInternalTokenVerifier({ audience: name, issuer, keys, clock, log }),
      })),
    grants: access.grants,
    watch: access.watch.watch,
    log,
    ready,
    metrics,
    docsBaseUrl: config.docsBaseUrl,
  })
  mount(server.app)
  const url = await listening(config.port, () => server.listen({ port: config.port, host: config.host }))
  announce(
    names.length === 1
      ? `Subgraph ${names.join()} ready at ${url}/graphql`
      : `Subgraphs ${names.join(', ')} ready at ${url}/<name>/graphql`,
  )
  return server
}
