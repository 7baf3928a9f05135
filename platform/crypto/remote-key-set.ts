import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { Clock } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import { KeysUnavailable, type KeySet } from './key-set.ts'

export interface RemoteKeySetOptions {
  /** Where the keys are; asked anew at each refresh, so that a discovery document may move them. */
  readonly location: () => Promise<URL>
  readonly clock: Clock
  readonly log: Log
  /** An unknown key id asks the issuer again, at most once in this time. */
  readonly cooldownMilliseconds?: number
  /** Keys older than this are read again in the background while they stay in use. */
  readonly freshMilliseconds?: number
  /** Keys older than this are not trusted any more: a key the issuer withdrew must not live on behind its silence. */
  readonly maximumAgeMilliseconds?: number
  /** While no key is known: how long a failed attempt answers for the requests after it. */
  readonly retryMilliseconds?: number
  readonly timeoutMilliseconds?: number
}

export interface RemoteKeySet extends KeySet {
  /** Reads the keys now, whatever the cooldown says (R21). Throws `KeysUnavailable`. */
  readonly refresh: () => Promise<void>
}

interface Known {
  readonly resolve: JWTVerifyGetKey
  readonly text: string
  readonly readAt: number
}

const MAXIMUM_BYTES = 256 * 1024
const keysSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })).max(100),
})

/** Keys of an issuer over HTTP: read on first use, one request at a time, kept while the issuer is briefly away. */
export const remoteKeySet = ({
  location,
  clock,
  log,
  cooldownMilliseconds = 5_000,
  freshMilliseconds = 10 * 60_000,
  maximumAgeMilliseconds = 24 * 60 * 60_000,
  retryMilliseconds = 500,
  timeoutMilliseconds = 3_000,
}: RemoteKeySetOptions): RemoteKeySet => {
  let known: Known | undefined
  let version = 0
  let triedAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  let pending: Promise<void> | undefined
  const now = () => clock.now().getTime()

  const read = async (): Promise<void> => {
    triedAt = now()
    try {
      const keys = await fetchKeys(await location(), timeoutMilliseconds)
      const text = JSON.stringify(keys)
      if (known !== undefined && known.text !== text) version += 1
      known = { resolve: createLocalJWKSet(keys), text, readAt: now() }
    } catch (cause) {
      failedAt = now()
      log.warn({ err: cause }, 'the signing keys of the token issuer cannot be read')
      throw new KeysUnavailable('The signing keys of the token issuer cannot be read', { cause })
    }
  }

  const refresh = (): Promise<void> => {
    pending ??= read().finally(() => (pending = undefined))
    return pending
  }

  const coolingDown = () => now() - triedAt < cooldownMilliseconds

  /** In the background, logged where it fails: the keys at hand stay in use. */
  const refreshWhenStale = (): void => {
    if (known !== undefined && now() - known.readAt > freshMilliseconds && !coolingDown())
      refresh().catch(() => undefined)
  }

  const current = async (): Promise<Known> => {
    if (known === undefined || now() - known.readAt > maximumAgeMilliseconds) {
      if (pending === undefined && now() - failedAt < retryMilliseconds) {
        throw new KeysUnavailable('The signing keys of the token issuer could not be read a moment ago')
      }
      await refresh()
    } else {
      refreshWhenStale()
    }
    if (known === undefined) throw new KeysUnavailable('The signing keys of the token issuer were not read')
    return known
  }

  return {
    key: async (header, token) => {
      const { resolve } = await current()
      try {
        return await resolve(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        if (pending === undefined && coolingDown()) throw error
        // The keys at hand stay trusted while the issuer is away: its silence is no reason to answer anything else.
        await refresh().catch(() => undefined)
        return (await current()).resolve(header, token)
      }
    },
    version: () => {
      // Whoever remembers what a key vouched for asks this alone: a key that was withdrawn must be noticed there, too.
      refreshWhenStale()
      return version
    },
    refresh,
  }
}

const fetchKeys = async (url: URL, timeoutMilliseconds: number): Promise<JSONWebKeySet> => {
  const { keys } = keysSchema.parse(await fetchJson(url, timeoutMilliseconds))
  return { keys }
}

/** A JSON document of the issuer: bounded in time and size, redirects refused. */
export const fetchJson = async (url: URL, timeoutMilliseconds: number): Promise<unknown> => {
  const signal = AbortSignal.timeout(timeoutMilliseconds)
  const response = await fetch(url, {
    signal,
    redirect: 'error',
    headers: { accept: 'application/json' },
  })
  if (!response.ok || response.body === null) throw new Error(`${url.href} answered ${String(response.status)}`)
  const body: AsyncIterable<Uint8Array> = response.body
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > MAXIMUM_BYTES) throw new Error(`${url.href} answered more than ${String(MAXIMUM_BYTES)} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
