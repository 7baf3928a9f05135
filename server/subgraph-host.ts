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
  readonly name: SubgraphName
  readonly subgraphs: readonly RunningSubgraph[]
  readonly access: AccessDirectory
  readonly metrics: Metrics
  /** Rejects while a query would not be answered. */
  readonly ready: () => Promise<void>
  readonly announce: (text: string) => void
}

/** One subgraph in a process of its own: callers are who the gateway's signed tokens say, or nobody at all (R88). */
export const createSubgraphHost = async (parts: SubgraphHostParts): Promise<SubgraphServer> => {
  const { config, clock, log, name, subgraphs, access, metrics, ready, announce } = parts
  const running = subgraphs.find((subgraph) => subgraph.name === name)
  const jwksUrl = config.gatewayJwksUrl
  if (running === undefined || jwksUrl === undefined) {
    throw catalogued('CONFIG_INVALID', {}, { message: 'A subgraph in a process of its own needs GATEWAY_JWKS_URL.' })
  }
  const server = createSubgraphServer({
    subgraph: running.hosted(),
    verifier: createInternalTokenVerifier({
      audience: name,
      issuer: config.internalTokenIssuer,
      // A key that was retired is distrusted within a minute: as long as a token lives anyway.
      keys: remoteKeySet({
        location: () => Promise.resolve(new URL(jwksUrl)),
        freshMilliseconds: 60_000,
        clock,
        log,
      }),
      clock,
      log,
    }),
    grants: access.grants,
    watch: access.watch.watch,
    log,
    ready,
    metrics,
    docsBaseUrl: config.docsBaseUrl,
  })
  const url = await listening(config.port, () => server.listen({ port: config.port, host: config.host }))
  announce(`Subgraph ${name} ready at ${url}/graphql`)
  return server
}
