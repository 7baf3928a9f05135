import { domainToASCII, domainToUnicode } from 'node:url'
import type { Brand } from '../../../platform/ids/brand.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'

/** A full hostname in its one form: two hostnames are the same if and only if these are the same text. */
export type Hostname = Brand<string, 'Hostname'>

/** 253 A-label characters are never more than this many as people write them. */
const LONGEST_INPUT = 1_024
const LONGEST = 253

/** Letters, digits, hyphens and dots of any script: what else a URL would read as a port, a path or a user. */
const WRITTEN = /^[\p{L}\p{M}\p{N}\p{Cf}.。．｡\-·・]+$/u

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** A name whose last label is a number is an address (WHATWG URL, "ends in a number"). */
const isAddress = (labels: readonly string[]): boolean => /^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')

/** An A-label says exactly one U-label, and is what that one is written as (RFC 5891 section 5.4). */
const isCanonical = (hostname: string): boolean => {
  const decoded = domainToUnicode(hostname)
  const decodes = WRITTEN.test(decoded) && !decoded.split('.').some((label) => label.startsWith('xn--'))
  return decodes && domainToASCII(decoded) === hostname
}

/**
 * Brings a hostname into its one form: lower case, A-labels (UTS #46), no trailing dot. Refuses wildcards, single
 * labels, addresses, and whatever DNS does not carry. The same for all spellings of a name, so that one owner holds
 * them all (R50).
 */
export const normaliseHostname = (text: string): Result<Hostname, 'HOSTNAME_INVALID' | 'WILDCARD_REFUSED'> => {
  if (/[*＊﹡]/.test(text)) return err('WILDCARD_REFUSED')
  if (text.length > LONGEST_INPUT || !WRITTEN.test(text)) return err('HOSTNAME_INVALID')
  const hostname = domainToASCII(text).replace(/\.$/, '')
  const labels = hostname.split('.')
  const isName =
    hostname.length <= LONGEST && labels.length > 1 && labels.every((label) => LABEL.test(label)) && !isAddress(labels)
  return isName && isCanonical(hostname) ? ok(hostname as Hostname /* just checked */) : err('HOSTNAME_INVALID')
}
