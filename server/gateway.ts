import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { AccessDirectory } from './access.ts'
import { registerEvidencePage } from './evidence-page.ts'
import { registerLivePage } from './live/live-page.ts'
import { DASHBOARD, DASHBOARD_VARIABLES } from './welcome.ts'
import { IDENTITY_PATH, type Identity } from './identity.ts'
import type { RunningSubgraph } from './subgraphs.ts'
import { createGateway, type Gateway } from '../gateway/create-gateway.ts'
import { acceptKeys } from '../gateway/identity/key-authenticator.ts'
import { openInternalSigner } from '../gateway/identity/open-signer.ts'
import { tellSignIns } from '../gateway/identity/sign-ins.ts'
import { limitsOf } from '../gateway/operation/limits.ts'
import { httpLimitsOf } from '../gateway/transport/http-limits.ts'
import { httpTransport } from '../gateway/transport/http-transport.ts'
import { inProcessTransport } from '../gateway/transport/in-process-transport.ts'
import type { SubgraphTransport } from '../gateway/transport/transport.ts'
import { registerIdentityRoutes } from '../identity/routes.ts'
import { accessBy } from '../platform/access/access.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { SUBGRAPHS } from '../platform/config/roles.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import type { Log } from '../platform/log/log.ts'
import type { SubgraphName } from '../platform/subgraph/module.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'

export interface ProductGatewayParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly access: AccessDirectory
  readonly identity: Identity
  /** Further routes of the same server: keys that the process publishes beside the gateway's own. */
  readonly mount?: (app: FastifyInstance) => void
  /** Those of this process; the others are reached by `SUBGRAPH_URLS`. */
  readonly subgraphs: readonly RunningSubgraph[]
  /** True when a query would be answered. */
  readonly ready: () => Promise<boolean>
}

const SUPERGRAPH = join(import.meta.dirname, '..', 'schema', 'supergraph.graphql')

/** The gateway of the product: its own supergraph, subgraphs in process or over HTTP, callers by OpenID Connect. */
export const createProductGateway = async (parts: ProductGatewayParts): Promise<Gateway> => {
  const { config, clock, log, metrics, access, identity, subgraphs, ready } = parts
  const { signer, stop: stopSigner } = await openInternalSigner({
    sources: config,
    issuer: config.internalTokenIssuer,
    clock,
    log,
    metrics,
  })

  const transports = (name: string): SubgraphTransport => {
    const timeoutMs = config.subgraphTimeoutMs
    const local = subgraphs.find((subgraph) => subgraph.name === name)
    if (local !== undefined) {
      return inProcessTransport({ name, timeoutMs, schema: local.hosted().schema, context: inProcessContext(local) })
    }
    const url = isSubgraph(name) ? config.subgraphUrls?.get(name) : undefined
    if (url === undefined) {
      const message = `The subgraph ${name} does not run in this process, and SUBGRAPH_URLS does not say where it does.`
      throw catalogued('CONFIG_INVALID', {}, { message })
    }
    return httpTransport({ name, url, sign: signer.sign, metrics, ...httpLimitsOf(config) })
  }

  const tokens = tellSignIns({ tokens: identity.verifier, signIns: access.signIns })
  const gateway = await createGateway({
    supergraph: { sdl: await readFile(SUPERGRAPH, 'utf8') },
    transports,
    verifier: access.keys ? acceptKeys({ tokens, keys: access.keys, log }) : tokens,
    access: accessBy(access.grants),
    watch: access.watch.watch,
    denials: access.denials,
    log,
    metrics,
    limits: limitsOf(config),
    tellsCost: config.tellCost !== 'no',
    drainWindowMs: config.drainWindowMs,
    production: config.mode === 'production',
    ready,
    signer,
    ide: {
      title: 'GPUaaS Graph',
      defaultQuery: DASHBOARD,
      defaultVariables: JSON.stringify(DASHBOARD_VARIABLES, undefined, 2),
      ...(identity.demoTokens && { tokens: identity.demoTokens }),
    },
    corsOrigins: config.corsOrigins,
    docsBaseUrl: config.docsBaseUrl,
    clock,
    ...(config.trustedProxies && { trustedProxies: config.trustedProxies }),
    mount: async (fastify) => {
      registerEvidencePage(fastify)
      if (identity.demoTokens && config.mode !== 'production') await registerLivePage(fastify)
      parts.mount?.(fastify)
      await registerIdentityRoutes(fastify, IDENTITY_PATH, identity.provider)
    },
  })
  const stop: Gateway['stop'] = async (graceMs) => {
    await gateway.stop(graceMs)
    stopSigner()
  }
  return { ...gateway, stop }
}

const isSubgraph = (name: string): name is SubgraphName => SUBGRAPHS.some((known) => known === name)

const inProcessContext =
  ({ hosted }: RunningSubgraph): Parameters<typeof inProcessTransport>[0]['context'] =>
  ({ access, correlationId, cancellation }) => {
    if (access === undefined) throw catalogued('UNAUTHENTICATED')
    return hosted().context({ access, correlationId, cancellation })
  }
