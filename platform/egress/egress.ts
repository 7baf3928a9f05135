import { setTimeout as after } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { err, ok, type Result } from '../result/result.ts'
import { isPublicAddress } from './address.ts'
import { systemResolver, type NameResolver } from './resolver.ts'
import { parseEgressTarget, type EgressPolicy, type EgressRefusal, type EgressTarget } from './target.ts'

/** Why a request came to no answer. */
export type EgressFailure = 'ADDRESS_REFUSED' | 'TIMEOUT' | 'CONNECTION_FAILED' | 'TLS_FAILED' | 'RESPONSE_INVALID'

export type EgressOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly kind: 'failed'; readonly failure: EgressFailure }

export interface EgressPost {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The only way to an address that somebody else gave: it leads to the open internet, or nowhere. */
export interface Egress {
  /** Whether requests to it would be sent now. A name that is not resolved in the time of a request is refused. */
  readonly check: (url: string) => Promise<Result<URL, EgressRefusal>>
  /**
   * Checks the address anew, and sends. No redirect is followed, of the answer only the status and `retry-after` are
   * kept, and of its body no more than 16 KiB is read. Never rejects.
   */
  readonly post: (request: EgressPost) => Promise<EgressOutcome>
}

export interface EgressOptions {
  readonly policy: EgressPolicy
  /** From the first look at the name to the last byte of the answer. */
  readonly timeoutMs: number
  readonly resolver?: NameResolver
  /** Certificates of authorities to trust beside those that Node knows. */
  readonly ca?: string
}

interface Sending {
  readonly signal: AbortSignal
  readonly answered: (outcome: EgressOutcome) => void
}

class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

const MAX_ADDRESSES = 16
const MAX_BODY_BYTES = 16_384

export const createEgress = ({ policy, timeoutMs, resolver = systemResolver(), ca }: EgressOptions): Egress => {
  /** One address that is not public condemns the name: which of them a connection takes is not for us to say. */
  const addressesOf = async ({
    hostname,
    addresses,
  }: EgressTarget): Promise<Result<readonly string[], EgressRefusal>> => {
    if (addresses !== undefined) return ok(addresses)
    const found = await resolver.resolve(hostname).catch((): readonly string[] => [])
    const isSafe = found.length > 0 && found.every(isPublicAddress)
    return isSafe ? ok(found.slice(0, MAX_ADDRESSES)) : err('URL_NOT_ALLOWED')
  }
  const checked = async (text: string) => {
    const target = parseEgressTarget(text, policy)
    if (!target.ok) return target
    const addresses = await addressesOf(target.value)
    return addresses.ok ? ok({ url: target.value.url, addresses: addresses.value }) : addresses
  }
  const send = async ({ url, headers, body }: EgressPost, { signal, answered }: Sending): Promise<void> => {
    const target = await checked(url)
    if (!target.ok) throw new AddressRefused(target.error)
    // Loaded with the first request: most processes never send one, and its client is fifteen megabytes of memory.
    const [{ request }, { pinnedAgent }] = await Promise.all([import('undici'), import('./connector.ts')])
    signal.throwIfAborted()
    const agent = pinnedAgent({ addresses: target.value.addresses, timeoutMs, ca })
    try {
      const options = { method: 'POST', headers, body, signal, dispatcher: agent } as const
      const { statusCode, headers: answer, body: rest } = await request(target.value.url, options)
      answered({ kind: 'answered', status: statusCode, retryAfter: textOf(answer['retry-after']) })
      await discard(rest)
    } finally {
      await agent.destroy()
    }
  }

  /** What work comes to; undefined when it takes too long: then it is told to end, and not waited for. */
  const inTime = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    const deadline = new AbortController()
    const late = after(timeoutMs, undefined, { signal: deadline.signal, ref: false }).catch(() => undefined)
    const done = await Promise.race([work(deadline.signal), late])
    deadline.abort()
    return done
  }

  return {
    check: async (text) => {
      const target = (await inTime(() => checked(text))) ?? err('URL_NOT_ALLOWED')
      return target.ok ? ok(target.value.url) : target
    },
    post: async (post) => {
      let outcome: EgressOutcome | undefined
      const answered = (answer: EgressOutcome): void => {
        outcome = answer
      }
      await inTime((signal) =>
        send(post, { signal, answered }).catch((error: unknown) => {
          outcome ??= { kind: 'failed', failure: failureOf(error) } // once there is a status, it stands
        }),
      )
      return outcome ?? { kind: 'failed', failure: 'TIMEOUT' }
    },
  }
}

/** What an answer says beside its status is nothing to us: read so far that the other end may finish, and no further. */
const discard = async (body: Dispatcher.ResponseData['body']): Promise<void> => {
  let read = 0
  for await (const chunk of body) {
    read += (chunk as Buffer).length // no encoding is set
    if (read >= MAX_BODY_BYTES) return
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header

const TLS_CODE = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/

const failureOf = (error: unknown): EgressFailure => {
  if (error instanceof AddressRefused) return 'ADDRESS_REFUSED'
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT') return 'TIMEOUT'
  if (TLS_CODE.test(code)) return 'TLS_FAILED'
  const isNonsense = code === 'UND_ERR_HEADERS_OVERFLOW' || (error instanceof Error && error.name === 'HTTPParserError')
  return isNonsense ? 'RESPONSE_INVALID' : 'CONNECTION_FAILED'
}
