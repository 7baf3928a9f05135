import { isIP } from 'node:net'
import { err, ok, type Result } from '../result/result.ts'
import { isLoopbackAddress, isPublicAddress } from './address.ts'

/** Where this process may send requests that somebody else gave the address of. */
export interface EgressPolicy {
  /** The ports of the open internet that may be asked. */
  readonly ports: readonly number[]
  /** `allow` is for development: `http` and any port, on this machine alone. */
  readonly loopback: 'refuse' | 'allow'
}

/** Why an address is not asked. Of what a name resolves to nothing is told: it may be of an inner network. */
export type EgressRefusal = 'URL_INVALID' | 'URL_NOT_ALLOWED'

/** A URL of which everything is checked that its text says. What its name resolves to is not. */
export interface EgressTarget {
  readonly url: URL
  /** Without the brackets of IPv6. */
  readonly hostname: string
  /** The addresses that the URL names itself; undefined where a name is to be resolved. */
  readonly addresses: readonly string[] | undefined
  readonly isLoopback: boolean
}

export const MAX_URL_LENGTH = 2_048

/** Scheme and authority, as they were written: the parser of URLs corrects much that is better refused. */
const WRITTEN = /^(https?):\/\/([^/?#]*)(?:[/?#]|$)/i
/** Visible ASCII but for what parsers disagree about. */
const CHARACTERS = /^[!#-;=?-[\]_a-z~]+$/i
const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/
/** Names that are of this machine or its network by agreement (RFC 6761, 6762, 8375, 9476; ICANN's `internal`). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|home\.arpa|onion|alt|invalid)$/

const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')

const addressesOf = (hostname: string): readonly string[] | undefined => {
  if (hostname === 'localhost') return ['127.0.0.1', '::1']
  return isIP(hostname) === 0 ? undefined : [hostname]
}

/**
 * Reads a URL that somebody else gave. Refused are, besides what leads inwards: credentials in it, names of one label,
 * addresses in any spelling but the usual one (octal, hexadecimal, one number, other digits), and whatever the parser
 * would have to correct.
 */
export const parseEgressTarget = (text: string, policy: EgressPolicy): Result<EgressTarget, EgressRefusal> => {
  const [, scheme = '', authority = ''] = WRITTEN.exec(text) ?? []
  if (text.length > MAX_URL_LENGTH || !CHARACTERS.test(text) || !URL.canParse(text)) return err('URL_INVALID')
  const url = new URL(text)
  const isWrittenSo = authority.toLowerCase().replace(/:(443|80)$/, '') === url.host.replace(/:(443|80)$/, '')
  const hasExtras = url.username !== '' || url.password !== '' || url.hash !== ''
  if (scheme === '' || !isWrittenSo || hasExtras) return err('URL_INVALID')
  const hostname = bare(url.hostname)
  const addresses = addressesOf(hostname)
  const target = { url, hostname, addresses, isLoopback: addresses?.every(isLoopbackAddress) === true }
  if (target.isLoopback) return policy.loopback === 'allow' ? ok(target) : err('URL_NOT_ALLOWED')
  if (addresses === undefined ? !isPublicName(hostname) : !addresses.every(isPublicAddress))
    return err('URL_NOT_ALLOWED')
  const port = url.port === '' ? 443 : Number(url.port)
  return url.protocol === 'https:' && policy.ports.includes(port) ? ok(target) : err('URL_NOT_ALLOWED')
}

const isPublicName = (hostname: string): boolean => NAME.test(hostname) && !LOCAL_NAME.test(hostname)
