import { z } from 'zod'
import type { Clock } from '../../platform/clock/clock.ts'
import { fetchJson, remoteKeySet, type RemoteKeySet } from '../../platform/crypto/remote-key-set.ts'
import type { Log } from '../../platform/log/log.ts'

export interface IssuerKeysOptions {
  readonly issuer: string
  /** Left out: asked of the issuer's discovery document. */
  readonly jwksUri?: string
  readonly clock: Clock
  readonly log: Log
  readonly cooldownMilliseconds?: number
  readonly retryMilliseconds?: number
  readonly timeoutMilliseconds?: number
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() })

/** The keys of an OpenID Connect issuer. Nothing is asked before the first token arrives: the gateway starts without it. */
export const issuerKeys = ({
  issuer,
  jwksUri,
  timeoutMilliseconds = 3_000,
  ...options
}: IssuerKeysOptions): RemoteKeySet =>
  remoteKeySet({
    ...options,
    timeoutMilliseconds,
    location: async () => (jwksUri === undefined ? discover(issuer, timeoutMilliseconds) : new URL(jwksUri)),
  })

const discover = async (issuer: string, timeoutMilliseconds: number): Promise<URL> => {
  const address = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const document = discoverySchema.parse(await fetchJson(address, timeoutMilliseconds))
  // OpenID Connect Discovery, section 4.3: another issuer's document must not lend its keys.
  if (document.issuer !== issuer) throw new Error(`${address.href} speaks for another issuer, ${document.issuer}`)
  return new URL(document.jwks_uri)
}
