import { accessBy } from '../platform/access/access.ts'
import { plainOrCarryingIds } from '../platform/access/plain-ids.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { capabilityNames } from './capability-names.ts'
import { createGateway, type Gateway } from './create-gateway.ts'
import { openGeneralIdentity, type GeneralIdentity } from './general-identity.ts'
import { openInternalSigner, type OpenedSigner } from './identity/open-signer.ts'
import { limitsOf } from './operation/limits.ts'
import { httpLimitsOf } from './transport/http-limits.ts'
import { httpTransport } from './transport/http-transport.ts'

export interface GeneralGatewayOptions {
  readonly config: Config & { readonly supergraphFile: string }
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

/**
 * A federation gateway over any supergraph file and the HTTP subgraphs it names. With `JWKS_FILE` it knows its callers,
 * enforces the scope rules of the supergraph with the grants of `GRANTS_FILE`, and tells subgraphs who is calling;
 * without it every caller is anonymous.
 */
export const createGeneralGateway = async (options: GeneralGatewayOptions): Promise<Gateway> => {
  const { config, clock, log, metrics } = options
  const identity = await openGeneralIdentity({ config, clock, log })
  const signer = await openSigner(options, identity)
  const sign = signer?.signer.sign

  const gateway = await createGateway({
    supergraph: { file: config.supergraphFile },
    transports: (name, url) => httpTransport({ name, url, sign, metrics, ...httpLimitsOf(config) }),
    ...(identity && knownCallers(identity)),
    ...(signer && { signer: signer.signer }),
    log,
    metrics,
    clock,
    production: config.mode === 'production',
    limits: limitsOf(config),
    tellsCost: config.tellCost === 'yes',
    drainWindowMs: config.drainWindowMs,
    corsOrigins: config.corsOrigins,
    docsBaseUrl: config.docsBaseUrl,
    ...(config.trustedProxies && { trustedProxies: config.trustedProxies }),
  })
  if (identity) warnOfUnknownCapabilities(identity, gateway, log)

  return {
    ...gateway,
    stop: async (graceMs) => {
      await gateway.stop(graceMs)
      await identity?.stop()
      signer?.stop()
    },
  }
}

const knownCallers = ({ verifier, grants, watch }: GeneralIdentity) => ({
  verifier,
  watch: watch.watch,
  access: accessBy(grants, plainOrCarryingIds),
})

/** Subgraphs are told who calls where that is known, or where they were given a key to expect it by. */
const openSigner = async (
  { config, clock, log, metrics }: GeneralGatewayOptions,
  identity: GeneralIdentity | undefined,
): Promise<OpenedSigner | undefined> => {
  const { internalSigningKey, internalSigningKeyFile, internalTokenIssuer } = config
  const isGiven = internalSigningKey !== undefined || internalSigningKeyFile !== undefined
  if (!identity && !isGiven) return undefined
  if (!isGiven)
    log.info(
      'the key of internal tokens is made for the life of this process: set INTERNAL_SIGNING_KEY_FILE to keep one',
    )
  return openInternalSigner({
    sources: { internalSigningKey, internalSigningKeyFile, dataDirectory: undefined },
    issuer: internalTokenIssuer,
    clock,
    log,
    metrics,
  })
}

/** A capability that the graph does not have grants nothing; most likely it is misspelt. */
const warnOfUnknownCapabilities = (identity: GeneralIdentity, gateway: Gateway, log: Log): void => {
  const look = (): void => {
    const { sdl, fullSchema } = gateway.supergraph()
    const known = capabilityNames(sdl, fullSchema)
    const unknown = [...identity.granted()].filter((name) => !known.has(name))
    if (unknown.length > 0) log.warn({ unknown }, 'GRANTS_FILE grants capabilities that the supergraph does not have')
  }
  identity.grants.onDropped(look)
  look()
}
